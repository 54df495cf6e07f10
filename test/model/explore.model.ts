/** The model checker checked: schedules that can be counted by hand, faults that it must find, proofs that it must give. */

import { describe, expect, test } from 'vitest';
import { add, addWide, compareExchange, copyIn, get, load, notify, set, spin, store, type Words, wait } from '#atomic';
import { awaitEnd, type ExploreOptions, explore, type Model, replay, verify } from './explore.ts';
import {
  ATOMIC,
  type Check,
  createRing,
  createSemaphore,
  createSeqlock,
  incrementByCas,
  incrementLocked,
  model,
  PLAIN,
} from './specimens.ts';

const times = (count: number, run: () => void) => () => {
  for (let n = 0; n < count; n++) run();
};

const increment = (words: Words) => () => store(words, 0, load(words, 0) + 1);
const incrementers = model(
  1,
  (words) => [increment(words), increment(words)],
  (_, words) => expect(words[0]).toBe(2),
);

const isPair: Check = ([, read]) => {
  if (Array.isArray(read)) expect(read[0]).toBe(read[1]);
};
const seqlock = (access: typeof PLAIN) =>
  model(
    3,
    (words) => {
      const lock = createSeqlock(words, access);
      return [() => lock.write(1), () => lock.read()];
    },
    isPair,
  );

describe('numbers of schedules', () => {
  const adders = (threads: number, steps: number, isOwn: boolean) =>
    model(threads, (words) =>
      Array.from({ length: threads }, (_, id) => times(steps, () => add(words, isOwn ? id : 0, 1))),
    );

  test.each([
    [2, 1, 2],
    [2, 3, 20],
    [3, 2, 90],
    [3, 3, 1680],
  ])('%i threads of %i steps have (nk)!/(k!)ⁿ: %i', (threads, steps, schedules) => {
    const all = { ok: true, executions: schedules, pruned: 0 };
    expect(explore(adders(threads, steps, true), { reduce: false })).toEqual(all);
    expect(explore(adders(threads, steps, false))).toEqual(all); // every step depends on every other: none is left out
  });

  test('steps that do not depend on each other need only the order of first steps', () => {
    expect(explore(adders(3, 3, true)).executions).toBeLessThanOrEqual(6);
    expect(explore(adders(3, 3, true), { preemptions: 2 }).executions).toBeLessThanOrEqual(6);
  });

  test.each([
    [0, 2],
    [1, 2 + 4],
    [2, 2 + 4 + 8],
    [9, 20],
  ])('with at most %i preemptions, two threads of three steps have %i', (preemptions, schedules) => {
    expect(explore(adders(2, 3, false), { preemptions }).executions).toBe(schedules);
  });

  test('plain accesses are no place to switch', () => {
    const plain = model(2, (words) => [times(9, () => set(words, 0, 1)), times(9, () => set(words, 1, 1))]);
    expect(explore(plain, { reduce: false }).executions).toBe(2);
  });

  test('a thread of four steps may stop for ever after the first, second or third', () => {
    expect(explore(adders(1, 4, false), { stall: [0] }).executions).toBe(1 + 3);
  });

  test('a limit that is too low proves nothing', () => {
    const cut = explore(adders(3, 3, false), { limit: 100 });
    expect(cut).toMatchObject({ ok: false, executions: 100, error: expect.stringContaining('limit=100') });
    expect(explore(adders(3, 3, false), { limit: 1680 }).ok).toBe(true);
  });
});

describe('found', () => {
  const publishesFirst = model(4, (words) => {
    const ring = createRing(words, 2);
    return [() => ring.pushPublishingFirst(7), () => ring.pop()];
  });
  const unvalidated = model(
    3,
    (words) => {
      const lock = createSeqlock(words, ATOMIC);
      return [() => lock.write(1), () => lock.readWithoutValidation()];
    },
    isPair,
  );
  const unannounced = model(2, (words) => {
    const semaphore = createSemaphore(words);
    return [() => semaphore.post(), () => semaphore.takeUnannounced()];
  });
  const locked = model(2, (words) => [() => incrementLocked(words), () => incrementLocked(words)]);
  const politeToDeath = model(2, (words) =>
    [0, 1].map((id) => () => {
      while (load(words, 1 - id) === 0) spin();
      store(words, id, 1);
    }),
  );
  const endless = model(1, (words) => [
    () => {
      while (load(words, 0) === 0);
    },
  ]);
  const catching = model(1, (words) =>
    [0, 1].map(() => () => {
      try {
        times(2, () => add(words, 0, 1))();
      } catch {
        // What is caught here is the checker's.
      }
    }),
  );
  const twoWidths = model(2, (words) => [() => load(words, 1), () => addWide(new BigInt64Array(words.buffer), 0, 1n)]);
  const copiedUnder = model(4, (words) => [
    () => copyIn(new Uint8Array(words.buffer), 3, new Uint8Array(6)),
    () => get(words, 2),
  ]);
  const throwing = model(1, () => [
    () => {
      throw new TypeError('of its own');
    },
  ]);
  /** A failed compare-and-swap writes nothing, so who reads the word afterwards learns nothing from it. */
  const learnsFromFailure = model(2, (words) => [
    () => {
      set(words, 1, 1);
      compareExchange(words, 0, 5, 6);
    },
    () => {
      load(words, 0);
      return get(words, 1);
    },
  ]);
  /** Right in every order; wrong if T0 is lost between publishing and writing. */
  const lostBeforeWriting = model(2, (words) => [
    () => {
      store(words, 0, 1);
      set(words, 1, 7);
      set(words, 1, 8);
    },
    () => {
      awaitEnd(0);
      if (load(words, 0) === 1) expect(get(words, 1)).toBe(8);
    },
  ]);
  const stalled: ExploreOptions = { stall: [0] };

  test.each<[string, () => Model, ExploreOptions, RegExp]>([
    ['a lost update', incrementers, {}, /expected 1 to be 2/],
    ['publish before write', publishesFirst, {}, /^data race at byte 8: plain \w+ by T\d and plain \w+ by T\d$/],
    ['a seqlock over plain words', seqlock(PLAIN), {}, /^data race at byte 4: /],
    ['a seqlock without validation', unvalidated, {}, /expected \+?\d to be \+?\d/],
    ['a lost wake-up', unannounced, {}, /^deadlock: T1 is waiting for ever/],
    ['a loss between publishing and the plain writes after it', lostBeforeWriting, stalled, /^expected [07] to be 8/],
    ['a spin lock whose holder stops', locked, stalled, /^T1 cannot finish while T0 is stalled after \d steps$/],
    ['a reader that waits for its writer', seqlock(ATOMIC), stalled, /^T1 cannot finish while T0 is stalled/],
    ['two who wait for each other', politeToDeath, {}, /^livelock: T\d spins/],
    ['a loop that waits and does not say so', endless, {}, /an endless loop/],
    ['a catch around shared operations', catching, {}, /catches what is not its own/],
    ['two widths of one word', twoWidths, {}, /^two widths at byte \d/],
    [
      'a range copied in under a reader',
      copiedUnder,
      {},
      /^data race at byte 8: plain write by T0 and plain read by T1/,
    ],
    ['a thread that throws', throwing, {}, /^of its own$/],
    ['knowledge taken from a failed compare-and-swap', learnsFromFailure, {}, /^data race at byte 4/],
  ])('%s; its schedule repeats it', (_, make, options, error) => {
    const found = explore(make, options);
    expect(found).toMatchObject({ ok: false, error: expect.stringMatching(error) });
    expect(replay(make, found.schedule ?? '')).toMatchObject({ ok: false, error: found.error, trace: found.trace });
  });

  test('a thread that is not deterministic', () => {
    let calls = 0;
    const wavering = model(2, (words) => [
      () => {
        if (calls++ % 2 === 0) load(words, 0);
        else add(words, 0, 1);
        load(words, 1);
      },
      times(2, () => add(words, 1, 1)),
    ]);
    expect(explore(wavering).error).toMatch(/T0 is not deterministic/);
  });

  test('private state that outlives a run of its thread', () => {
    const leaking = model(1, (words) => {
      let next = 1;
      return [() => times(3, () => store(words, 0, next++))(), times(3, () => add(words, 0, 1))];
    });
    expect(explore(leaking).error).toMatch(/T0 is not deterministic: store @0 \d where it did store @0 \d before/);
  });

  test('and told by verify with error, schedule and a column per thread', () => {
    const labelled = (): Model => ({ ...incrementers(), label: () => 'count' });
    const lines = [
      'schedule: 0 1x2 0',
      'T0             │ T1',
      'load count = 0 │',
      '               │ load count = 0',
      '               │ store count 1',
      'store count 1  │',
    ];
    expect(() => verify(labelled)).toThrow(lines.join('\n'));
    expect(() => verify(labelled)).toThrow('expected 1 to be 2');
  });

  test('a schedule that is none, or of another model, is refused', () => {
    expect(() => replay(incrementers, '0 1y')).toThrow('"1y"');
    expect(replay(incrementers, '0 2').error).toMatch(/choice 2 of the schedule does not fit/);
  });
});

describe('proved', () => {
  const ring = model(
    4,
    (words) => {
      const { push, pop } = createRing(words, 2);
      return [() => [7, 8, 9].filter(push).length, () => [pop(), pop(), pop()].filter((value) => value !== undefined)];
    },
    ([pushed, popped]) => {
      if (Array.isArray(popped)) expect(popped).toEqual([7, 8, 9].slice(0, popped.length));
      if (typeof pushed === 'number') expect(pushed).toBeGreaterThanOrEqual(2);
    },
  );
  const byCas = model(
    2,
    (words) => [0, 1, 2].map(() => () => incrementByCas(words)),
    (results, words) => {
      if (results.length === 3) expect(words[1]).toBeGreaterThanOrEqual(1);
    },
  );
  const semaphore = model(
    2,
    (words) => {
      const { post, take } = createSemaphore(words);
      return [post, post, take, take];
    },
    (_, words) => expect([...words]).toEqual([0, 0]),
  );
  /** Knowledge travels through a third thread's read-modify-write. */
  const relayed = model(
    3,
    (words) => [
      () => {
        set(words, 1, 7);
        store(words, 0, 1);
      },
      () => add(words, 0, 1),
      () => (load(words, 0) === 2 ? get(words, 1) : 7),
    ],
    ([, , seen]) => expect(seen).toBe(7),
  );

  test.each<[string, () => Model, ExploreOptions]>([
    ['ring, all schedules of three pushes and three pops', ring, {}],
    ['ring, producer may stop', ring, { preemptions: 3, stall: [0] }],
    ['ring, consumer may stop', ring, { preemptions: 3, stall: [1] }],
    ['seqlock over atomic words', seqlock(ATOMIC), {}],
    ['its writer, whatever the reader does', seqlock(ATOMIC), { stall: [1] }],
    ['counter by compare-and-swap, two of three may stop', byCas, { preemptions: 2, stall: [0, 1] }],
    ['semaphore, two posts and two takes', semaphore, { preemptions: 2 }],
    ['knowledge through a chain of read-modify-writes', relayed, {}],
  ])('%s', (_, make, options) => {
    expect(verify(make, options).ok).toBe(true);
  });
});

describe('not found, as README.md says', () => {
  test('an error that needs one preemption more than the bound', () => {
    const needsThree = model(
      1,
      (words) => [
        () => {
          for (const value of [1, 2, 3]) store(words, 0, value);
        },
        () => [load(words, 0), load(words, 0)],
      ],
      ([, read]) => expect(read).not.toEqual([1, 2]),
    );
    expect(explore(needsThree, { preemptions: 2 }).ok).toBe(true);
    expect(explore(needsThree, { preemptions: 3 }).ok).toBe(false);
  });

  test('a time-out that comes while others run', () => {
    const seen = new Set<unknown>();
    const sleeper = (words: Words) => () => {
      wait(words, 0, 0, 10);
      store(words, 1, 1);
    };
    const waker = (words: Words) => () => {
      const isAwake = load(words, 1);
      store(words, 0, 1);
      notify(words, 0);
      return isAwake;
    };
    verify(
      model(
        2,
        (words) => [sleeper(words), waker(words)],
        ([, isAwake]) => seen.add(isAwake),
      ),
    );
    expect([...seen]).toEqual([0]);
  });

  test('a thread that is lost within a copy', () => {
    const seen = new Set<string>();
    const copier = (words: Words) => () => copyIn(new Uint8Array(words.buffer), 0, new Uint8Array(8).fill(1));
    const heir = (words: Words) => () => {
      awaitEnd(0);
      return [get(words, 0), get(words, 1)];
    };
    verify(
      model(
        2,
        (words) => [copier(words), heir(words)],
        ([, read]) => seen.add(String(read)),
      ),
      { stall: [0] },
    );
    expect([...seen]).toEqual(['16843009,16843009']);
  });
});
