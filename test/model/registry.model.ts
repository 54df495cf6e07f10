/**
 * Registry under every interleaving of small programs: linearizable to a map, sound at the end, and no thread's stop, at
 * whatever step, keeps the others from finishing. Wrong twins: registry-twins.ts.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { get, set, type Words } from '#atomic';
import { Registry, type RegistryOptions, registryLayout, registrySlots } from '../../src/lockfree/registry.ts';
import { CLAIMED, isInsert, LIVE, slotOf, stateOf } from '../../src/lockfree/registry-words.ts';
import { BOUND, WIDE_BOUND } from './bound.ts';
import { forAll } from './chance.ts';
import { awaitEnd, type ExploreOptions, explore, type Model, verify } from './counted.ts';
import { parsePrograms, runProgram } from './registry-scenario.ts';
import { isExplained } from './registry-specification.ts';
import {
  CacheWithoutGeneration,
  ClaimWithoutCas,
  KeyAfterPublish,
  LateHelper,
  NoGeneration,
  NoHelp,
  NoSecondLook,
  TornList,
  WaitsForPeer,
} from './registry-twins.ts';

interface Setting {
  readonly capacity?: number;
  readonly kind?: typeof Registry;
  readonly stall?: readonly number[];
  /** Begin where head and every slot's generation are about to wrap. */
  readonly isWrapping?: boolean;
  /** Changes that a thread may miss without looking at every slot. */
  readonly history?: number;
  readonly preemptions?: number;
}

/** I1, I2 and I4 on the words themselves, once all threads have ended or are lost. */
function expectSound(words: Words, options: RegistryOptions, isAnyLost: boolean): void {
  const { at } = registryLayout(options);
  const controls = [...words.subarray(at.control, at.control + registrySlots(options))];
  const keysOfLive = controls.flatMap((control, slot) => {
    const key = words.subarray(at.keys + 2 * slot, at.keys + 2 * slot + 2);
    return stateOf(control) === LIVE ? [`${key}`] : [];
  });
  expect(new Set(keysOfLive).size).toBe(keysOfLive.length); // I1
  expect(keysOfLive.length).toBeLessThanOrEqual(options.capacity); // I4
  const claims = controls.filter((control) => stateOf(control) === CLAIMED).map((control) => control & 0xff);
  expect(new Set(claims).size).toBe(claims.length); // I4
  const head = words[at.head] ?? 0;
  const isDone = stateOf(controls[slotOf(head)] ?? 0) !== (isInsert(head) ? CLAIMED : LIVE);
  expect(isDone || isAnyLost).toBe(true); // I2
}

/** What explore() and verify() take: the programs, a thread each, on one registry. */
function scenario(text: string, setting: Setting = {}): [() => Model, ExploreOptions] {
  const { capacity = 2, kind = Registry, stall = [], isWrapping = false, history = 8 } = setting;
  const programs = parsePrograms(text);
  const isWide = programs.length > 2 || programs.flat().length > 6;
  const { preemptions = isWide ? WIDE_BOUND : BOUND } = setting;
  const options = { capacity, threads: programs.length, keyBytes: 4, history };
  const make = (): Model => {
    const { at, bytes } = registryLayout(options);
    const words = new Int32Array(new SharedArrayBuffer(bytes));
    if (isWrapping) {
      words[at.head] = 0xfffff000 | 0;
      words.fill(0xffffff << 8, at.control, at.control + registrySlots(options));
    }
    return {
      threads: programs.map((program, thread) => () => runProgram(new kind(words, 0, thread, options), program)),
      check: (_results, history) => {
        if (!isExplained(history, capacity)) throw new Error('not linearizable');
        expectSound(words, options, stall.length > 0);
      },
    };
  };
  return [make, { preemptions, stall }];
}

describe('linearizable', () => {
  test.each<[string, string, Setting]>([
    ['two inserters of one key', 'insert a | insert a', {}],
    ['two inserters, one place', 'insert a | insert b', { capacity: 1 }],
    ['three inserters of one key', 'insert a | insert a | insert a', {}],
    ['two removers of one entry', 'insert a, remove a | get a, remove a', {}],
    ['insert and remove against the same', 'insert a, remove a | insert a, remove a', { capacity: 1 }],
    ['a key that comes, goes and comes', 'insert a, remove a, insert a | get a, current a, get a', {}],
    ['list beside comers and goers', 'insert a, remove a, insert b | list, list', { capacity: 1 }],
    ['list beside two threads', 'insert a, remove a | insert b | list', {}],
    ['full, then not', 'insert a, remove a | insert b, insert b', { capacity: 1 }],
  ])('%s: %s', (_, programs, setting) => {
    verify(...scenario(programs, setting));
    verify(...scenario(programs, { ...setting, isWrapping: true }));
  });

  test.each([1, 2, 4])(
    'a helper that is late with its record hides no later change: the last %i are known',
    (history) => {
      const programs = 'insert a, remove a | list, insert b | list, list';
      verify(...scenario(programs, { capacity: 1, preemptions: 3, history }));
    },
  );

  test.each<[string, Setting]>([
    ['insert a, insert b, remove b, insert b | list, list', {}],
    ['insert a, insert b, remove a | list, list', {}],
    ['insert a, insert b, remove a, insert c | list, list', {}],
    ['insert a, remove a, insert b, remove b, insert c | list, list, list', { capacity: 1, preemptions: 2 }],
    ['insert a, remove a, insert b | list, get b, list', { capacity: 1 }],
    ['insert a, remove a | insert b, list | list, list', { preemptions: BOUND - 1 }],
    ['insert a, insert b | insert b, list', { stall: [0], preemptions: BOUND - 1 }],
  ])('changes that were missed are redone, or looked for in every slot: %s', (programs, setting) => {
    for (const history of [1, 2, 8]) verify(...scenario(programs, { preemptions: 3, history, ...setting }));
    verify(...scenario(programs, { preemptions: 2, isWrapping: true, ...setting }));
  });

  const step = fc.oneof(
    fc.constantFrom('insert a', 'insert b', 'insert a'),
    fc.constantFrom('get a', 'get b', 'list'),
    fc.constantFrom('remove a', 'remove a', 'remove b', 'current a'),
  );
  const program = (maxLength: number) => fc.array(step, { minLength: 1, maxLength }).map((steps) => steps.join(', '));
  const programs = (threads: number, maxLength: number) =>
    fc.array(program(maxLength), { minLength: threads, maxLength: threads }).map((some) => some.join(' | '));
  const capacity = fc.integer({ min: 1, max: 2 });
  const history = fc.constantFrom(1, 2, 8);

  test('programs of two threads and up to three operations, made up by chance', () => {
    forAll(
      fc.record({ text: programs(2, 3), capacity, history, isWrapping: fc.boolean() }),
      80,
      ({ text, ...setting }) => {
        verify(...scenario(text, setting));
      },
    );
  });

  test('programs of which a thread may stop for ever, and of three threads, made up by chance', () => {
    forAll(
      fc.record({ text: programs(2, 3), capacity, history, stall: fc.constant([0]) }),
      40,
      ({ text, ...setting }) => {
        verify(...scenario(text, setting));
      },
    );
    forAll(fc.record({ text: programs(3, 2), capacity, history }), 20, ({ text, ...setting }) => {
      verify(...scenario(text, { ...setting, preemptions: BOUND - 1 }));
    });
  });
});

describe('handles', () => {
  test('one that was kept over removal and reuse of its slot never names the later tenant', () => {
    const keeper = 'get a, insert b, remove a, current a, get b';
    verify(...scenario(`insert a, remove a | ${keeper}`, { capacity: 1 }));
  });

  test('a key that went is not found, though its slot has another tenant by then', () => {
    const cycle = 'insert a, remove a, insert b, remove b, insert c, remove c, insert d';
    verify(...scenario(`${cycle} | get a, get a`, { capacity: 1 }));
  });

  test('slots that are reused over and over leave room for every thread', () => {
    const cycle = 'insert a, remove a, insert b, remove b, insert c, remove c';
    verify(...scenario(`${cycle} | ${cycle}`, { capacity: 1 }));
  });

  test('what prepare wrote, plainly, is seen by whoever finds the key', () => {
    const options = { capacity: 1, threads: 2, keyBytes: 4 };
    const beside = registryLayout(options).bytes / 4;
    const make = (): Model => {
      const words = new Int32Array(new SharedArrayBuffer(4 * (beside + registrySlots(options))));
      const inserter = () => new Registry(words, 0, 0, options).insert('a', ({ slot }) => set(words, beside + slot, 7));
      const finder = () => {
        const handle = new Registry(words, 0, 1, options).get('a');
        return handle === undefined ? 7 : get(words, beside + handle.slot);
      };
      return { threads: [inserter, finder, finder], check: ([, ...found]) => expect(found).toEqual([7, 7]) };
    };
    verify(make, { preemptions: BOUND });
  });
});

describe('a thread that stops for ever at any step', () => {
  test.each<[string, string, Setting]>([
    ['an inserter of the same key finishes', 'insert a, remove a | insert a, get a, remove a', { capacity: 1 }],
    ['a lister finishes', 'insert a, remove a | list, list', { capacity: 1 }],
    ['another key finds its place', 'insert a | insert b, current b', { capacity: 2 }],
    ['a changer finishes beside a lost lister', 'list, list | insert a, remove a', { capacity: 1 }],
    ['the third finishes beside two', 'insert a | insert b | insert c', { stall: [0, 1], preemptions: 0 }],
    ['and finds room', 'insert a | insert b | insert c', { capacity: 1, stall: [0, 1], preemptions: 0 }],
  ])('%s: %s', (_, programs, setting) => {
    verify(...scenario(programs, { stall: [0], ...setting }));
  });

  test('its successor takes over its number and its claim, and finds room', () => {
    const options = { capacity: 2, threads: 1, keyBytes: 4 };
    const make = (): Model => {
      const words = new Int32Array(new SharedArrayBuffer(registryLayout(options).bytes));
      const live = (key: string): string => {
        const registry = new Registry(words, 0, 0, options);
        const answer = registry.insert(key);
        if (answer.kind !== 'full') registry.remove(answer.handle);
        return answer.kind;
      };
      const succeed = (): string[] => {
        awaitEnd(0);
        return [live('b'), live('c'), live('d')];
      };
      return {
        threads: [() => live('a'), succeed],
        check: ([, successor]) => {
          expect(successor).toEqual(['inserted', 'inserted', 'inserted']);
          expectSound(words, options, true);
        },
      };
    };
    verify(make, { preemptions: BOUND, stall: [0] });
  });
});

describe('wrong twins are refused, where the registry passes', () => {
  const UNEXPLAINED = 'not linearizable';
  const BLOCKED = 'T1 cannot finish while T0 is stalled';
  const reuse = 'insert a, remove a, insert b, remove b, insert c';
  test.each<[string, typeof Registry, string, Setting, string]>([
    ['no generation', NoGeneration, 'insert a, remove a | get a, insert b, remove a', { capacity: 1 }, UNEXPLAINED],
    ['no second look after a lost race', NoSecondLook, 'insert a | insert a', {}, UNEXPLAINED],
    ['a late helper', LateHelper, `${reuse} | get a, get b`, { capacity: 1 }, UNEXPLAINED],
    ['no help', NoHelp, 'insert a | insert b, get a', {}, UNEXPLAINED],
    ['waits for its peer', WaitsForPeer, 'insert a | insert b', { stall: [0] }, BLOCKED],
    ['torn list', TornList, 'insert a, remove a, insert b | list', { capacity: 1 }, UNEXPLAINED],
    ['key after publish', KeyAfterPublish, 'insert a | list', {}, UNEXPLAINED],
    [
      'cache without generation',
      CacheWithoutGeneration,
      'insert a, remove a | get a, insert b, get a',
      {},
      UNEXPLAINED,
    ],
    ['claim without compare-and-swap', ClaimWithoutCas, 'insert a | insert b', {}, UNEXPLAINED],
  ])('%s', (_, kind, programs, setting, error) => {
    const refused = explore(...scenario(programs, { ...setting, kind }));
    expect(refused).toMatchObject({ ok: false, error: expect.stringContaining(error) });
    verify(...scenario(programs, setting));
  });
});
