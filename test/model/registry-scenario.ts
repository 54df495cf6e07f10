/**
 * Small programs over a registry for the model checker, written as text: threads are separated by `|`, their operations by
 * commas, as in `insert a, remove a | get a`. `remove` and `current` take the handle that their thread learnt last for the key;
 * `await 0` waits for the end of that thread.
 */
import type { Handle, Registry } from '../../src/lockfree/registry.ts';
import { awaitEnd, invoke } from './explore.ts';

const NAMES = ['insert', 'get', 'remove', 'current', 'list', 'await'] as const;

export interface Step {
  readonly name: (typeof NAMES)[number];
  /** Empty for `list`; of `await`, the thread. */
  readonly key: string;
}

/** One program per thread. */
export const parsePrograms = (text: string): Step[][] => text.split('|').map((one) => one.split(',').map(parseStep));

function parseStep(text: string): Step {
  const [word, key = ''] = text.trim().split(' ');
  const name = NAMES.find((known) => known === word);
  if (name === undefined) throw new RangeError(`operation=${text}: one of ${NAMES.join(', ')} expected`);
  return { name, key };
}

const label = ({ slot, generation }: Handle): string => `${slot}/${generation}`;

/** Runs a thread's program; the history has its answers, in words. */
export function runProgram(registry: Registry, program: readonly Step[]): void {
  const known = new Map<string, Handle>();
  const learn = (key: string, handle: Handle): string => {
    known.set(key, handle);
    return label(handle);
  };
  const insert = (key: string): string => {
    const answer = registry.insert(key);
    return answer.kind === 'full' ? 'full' : `${answer.kind} ${learn(key, answer.handle)}`;
  };
  const get = (key: string): string => {
    const handle = registry.get(key);
    return handle === undefined ? 'nothing' : learn(key, handle);
  };
  const list = (): string => {
    const rows = registry.list().map(({ key, handle }) => `${key} ${label(handle)}`);
    return rows.sort().join();
  };
  for (const { name, key } of program) {
    if (name === 'insert') invoke(name, key, () => insert(key));
    else if (name === 'get') invoke(name, key, () => get(key));
    else if (name === 'list') invoke(name, key, list);
    else if (name === 'await') awaitEnd(Number(key));
    else {
      const handle = known.get(key);
      if (handle === undefined) continue;
      invoke(name, label(handle), () => `${name === 'remove' ? registry.remove(handle) : registry.isCurrent(handle)}`);
    }
  }
}
