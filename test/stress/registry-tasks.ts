/** What one thread of the registry's stress test does: random operations from a seed, and a record of what each was told. */
import { type Handle, Registry, type RegistryOptions, Segment } from '../../src/lockfree/index.ts';
import { NoGeneration } from '../model/registry-twins.ts';
import { type Outcomes, outcomeTable } from './outcomes.ts';
import { randomFrom } from './random.ts';

export interface StressTask {
  readonly buffer: SharedArrayBuffer;
  readonly options: RegistryOptions;
  readonly thread: number;
  readonly seed: number;
  readonly rounds: number;
  /** Keys that all threads fight over. */
  readonly contested: number;
  /** In the place of the registry. */
  readonly twin?: 'no generation';
}

export interface StressReport {
  /** `key slot/generation` of each success, in order. */
  readonly inserted: readonly string[];
  readonly removed: readonly string[];
  readonly outcomes: Outcomes;
}

export const label = (key: string, { slot, generation }: Handle): string => `${key} ${slot}/${generation}`;

export function run({ buffer, options, thread, seed, rounds, contested, twin }: StressTask): StressReport {
  const Kind = twin === undefined ? Registry : NoGeneration;
  const registry = new Kind(Segment.attach(buffer).region('registry').words, 0, thread, options);
  const random = randomFrom(seed);
  const inserted: string[] = [];
  const removed: string[] = [];
  const { outcomes, saw } = outcomeTable();
  const own = `own-${thread}`;

  const insert = (key: string) => {
    const answer = registry.insert(key);
    saw(`insert: ${answer.kind}`);
    if (answer.kind === 'inserted') inserted.push(label(key, answer.handle));
    return answer;
  };
  const remove = (key: string, handle: Handle) => {
    const took = registry.remove(handle);
    saw(took ? 'remove: true' : 'remove: false');
    if (took) removed.push(label(key, handle));
    return took;
  };
  const list = () => {
    const entries = registry.list();
    const isSound =
      new Set(entries.map(({ key }) => key)).size === entries.length && entries.length <= options.capacity;
    saw(isSound ? 'list: sound' : `list: two of one key or too many: ${entries.map(({ key }) => key)}`);
  };
  /** Nobody else uses this key: each answer is known. */
  const useOwnKey = () => {
    const answer = insert(own);
    if (answer.kind === 'exists') saw('own key: there before its insert');
    if (answer.kind !== 'inserted') return;
    const { handle } = answer;
    const found = registry.get(own);
    const isListed = registry.list().some((entry) => entry.key === own && entry.handle.slot === handle.slot);
    if (found?.slot !== handle.slot || found.generation !== handle.generation || !isListed) saw('own key: lost');
    if (!remove(own, handle) || registry.isCurrent(handle) || registry.get(own) !== undefined)
      saw('own key: left over');
  };

  for (let round = 0; round < rounds; round++) {
    const key = `key-${random(contested)}`;
    const choice = random(8);
    if (choice < 3) insert(key);
    else if (choice < 6) {
      const handle = registry.get(key);
      saw(handle === undefined ? 'get: nothing' : 'get: handle');
      if (handle !== undefined) remove(key, handle);
    } else if (choice === 6) list();
    else useOwnKey();
  }
  return { inserted, removed, outcomes };
}
