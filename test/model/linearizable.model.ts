/** Linearizability checked: histories written by hand, and a queue whose size() is right or of two moments. */
import { describe, expect, test } from 'vitest';
import { type Explored, explore, invoke, type Operation } from './explore.ts';
import { linearizable, type Specification } from './linearizable.ts';
import { createRing } from './specimens.ts';

type Row = readonly [call: number, ret: number, name: string, arg: number, out?: number];
const LOST = Number.POSITIVE_INFINITY;

interface One {
  readonly call: number;
  readonly ret: number;
  readonly name: string;
  readonly arg: number;
  readonly out: number | undefined;
}

/** A word: write(arg), read() = out. */
const REGISTER: Specification<number, One> = {
  init: 0,
  key: String,
  step: (value, { name, arg, out }) => (name === 'write' ? [true, arg] : [out === value, value]),
};

const history = (rows: readonly Row[]): One[] =>
  rows.map(([call, ret, name, arg, out]) => ({ call, ret, name, arg, out }));

describe('a word that is written and read', () => {
  test.each<[string, boolean, readonly Row[]]>([
    ['nothing happened', true, []],
    [
      'read after write',
      true,
      [
        [1, 2, 'write', 5],
        [3, 4, 'read', 0, 5],
      ],
    ],
    [
      'an old value after the write returned',
      false,
      [
        [1, 2, 'write', 5],
        [3, 4, 'read', 0, 0],
      ],
    ],
    [
      'an old value while it is written',
      true,
      [
        [1, 4, 'write', 5],
        [2, 3, 'read', 0, 0],
      ],
    ],
    [
      'new, then old, while it is written',
      false,
      [
        [1, 8, 'write', 5],
        [2, 3, 'read', 0, 5],
        [4, 5, 'read', 0, 0],
      ],
    ],
    [
      'touching intervals overlap',
      true,
      [
        [1, 2, 'write', 5],
        [2, 3, 'read', 0, 0],
      ],
    ],
    [
      'two writes at once, either order',
      true,
      [
        [1, 4, 'write', 5],
        [1, 4, 'write', 6],
        [5, 6, 'read', 0, 5],
      ],
    ],
    [
      'a value that nobody wrote',
      false,
      [
        [1, 2, 'write', 5],
        [1, 4, 'read', 0, 6],
      ],
    ],
    [
      'a lost write that took effect',
      true,
      [
        [1, LOST, 'write', 5],
        [2, 3, 'read', 0, 5],
      ],
    ],
    [
      'a lost write that did not',
      true,
      [
        [1, LOST, 'write', 5],
        [2, 3, 'read', 0, 0],
      ],
    ],
    [
      'a lost write cannot be undone',
      false,
      [
        [1, LOST, 'write', 5],
        [2, 3, 'read', 0, 5],
        [4, 5, 'read', 0, 0],
      ],
    ],
    [
      'one that was never called takes no effect',
      false,
      [
        [LOST, LOST, 'write', 5],
        [2, 3, 'read', 0, 5],
      ],
    ],
  ])('%s: %s', (_, isLegal, rows) => {
    expect(linearizable(history(rows), REGISTER)).toBe(isLegal);
    expect(linearizable(history(rows).reverse(), REGISTER)).toBe(isLegal);
  });
});

const CAPACITY = 2;
const QUEUE: Specification<readonly unknown[], Operation> = {
  init: [],
  key: (queue) => queue.join(),
  step(queue, { name, arg, out }) {
    if (name === 'size') return [queue.length === out, queue];
    if (name === 'pop') return [queue[0] === out, queue.slice(1)];
    return out === true ? [queue.length < CAPACITY, [...queue, arg]] : [queue.length === CAPACITY, queue];
  },
};

/** A producer of two, a consumer of two, and a third thread that asks for the size. */
function queueWith(size: 'size' | 'sizeOfTwoMoments'): Explored {
  return explore(
    () => {
      const words = new Int32Array(new SharedArrayBuffer(4 * (2 + CAPACITY)));
      const ring = () => createRing(words, CAPACITY);
      return {
        threads: [
          () => [1, 2].map((value) => invoke('push', value, () => ring().push(value))),
          () => [1, 2].map(() => invoke('pop', '', () => ring().pop())),
          () => invoke('size', '', () => ring()[size]()),
        ],
        check: (_, operations) => expect(linearizable(operations, QUEUE), 'has an order').toBe(true),
      };
    },
    { preemptions: 3 },
  );
}

describe('a ring as a queue', () => {
  test('with a size of one moment has an order', () => {
    expect(queueWith('size')).toMatchObject({ ok: true });
  });

  test('with a size of two moments has none', () => {
    expect(queueWith('sizeOfTwoMoments')).toMatchObject({ ok: false, error: expect.stringContaining('has an order') });
  });
});
