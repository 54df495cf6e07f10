/** Flag under every interleaving: of several raisers one is the first, until somebody lowers it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { add, load, store, type Words } from '#atomic';
import { FLAG, Flag } from '../../src/lockfree/counters.ts';
import { BOUND } from './bound.ts';
import { forAll } from './chance.ts';
import { explore, invoke, type Operation } from './counted.ts';
import { linearizable } from './linearizable.ts';

type Action = 'raise' | 'lower' | 'isUp';

class Twin extends Flag {
  protected readonly words: Words;

  constructor(words: Words) {
    super(words, FLAG.at.up);
    this.words = words;
  }
}

/** Raises by a load and a store. */
class LookThenRaise extends Twin {
  override raise(): boolean {
    if (this.isUp()) return false;
    store(this.words, FLAG.at.up, 1);
    return true;
  }
}

/** Counts raisers; whoever lowers takes one away. */
class Counts extends Twin {
  override raise(): boolean {
    return add(this.words, FLAG.at.up, 1) === 0;
  }

  override lower(): void {
    if (load(this.words, FLAG.at.up) > 0) add(this.words, FLAG.at.up, -1);
  }
}

/** Raises first, then looks whether it did. */
class RaiseThenLook extends Twin {
  override raise(): boolean {
    store(this.words, FLAG.at.up, 1);
    return this.isUp();
  }
}

const SPECIFICATION = {
  init: false,
  key: String,
  step: (isUp: boolean, { name, out }: Operation): [boolean, boolean] => {
    if (name === 'lower') return [true, false];
    if (name === 'isUp') return [out === undefined || out === isUp, isUp];
    return [out === undefined || out === !isUp, true];
  },
};

const perform = (flag: Flag, action: Action) => {
  if (action === 'raise') invoke(action, '', () => flag.raise());
  else if (action === 'lower') invoke(action, '', () => flag.lower());
  else invoke(action, '', () => flag.isUp());
};

function run(programs: readonly (readonly Action[])[], kind?: typeof Twin, stall: readonly number[] = []) {
  return explore(
    () => {
      const words: Words = new Int32Array(new SharedArrayBuffer(FLAG.bytes));
      const open = () => (kind === undefined ? new Flag(words, FLAG.at.up) : new kind(words));
      const threads = programs.map((program) => () => {
        const flag = open();
        for (const action of program) perform(flag, action);
      });
      return {
        threads,
        check: (_results, history) => {
          if (!linearizable(history, SPECIFICATION)) throw new Error('not linearizable');
        },
      };
    },
    { preemptions: BOUND + 1, stall },
  );
}

const RAISERS: Action[][] = [['raise'], ['raise'], ['raise']];
const COMING_AND_GOING: Action[][] = [
  ['raise', 'lower', 'raise'],
  ['raise', 'isUp'],
  ['isUp', 'lower'],
];

describe('Flag', () => {
  test('of three raisers one is the first', () => {
    expect(run(RAISERS)).toMatchObject({ ok: true });
  });

  test('raisers beside one who lowers and one who looks are linearizable (I1)', () => {
    expect(run(COMING_AND_GOING)).toMatchObject({ ok: true });
  });

  test.each([0, 1, 2])('thread %i may stop for ever at any step; the others finish', (thread) => {
    expect(run(COMING_AND_GOING, undefined, [thread])).toMatchObject({ ok: true });
  });

  test('programs of two or three threads, made up by chance', () => {
    const action = fc.constantFrom<Action>('raise', 'lower', 'isUp');
    const program = fc.array(action, { minLength: 1, maxLength: 3 });
    forAll(fc.array(program, { minLength: 2, maxLength: 3 }), 100, (made) => {
      expect(run(made)).toMatchObject({ ok: true });
    });
  });

  test.each([
    ['look, then raise', LookThenRaise],
    ['raise, then look', RaiseThenLook],
    ['count', Counts],
  ])('wrong twin is refused: %s', (_, twin) => {
    expect(run(COMING_AND_GOING, twin)).toMatchObject({ ok: false, error: 'not linearizable' });
  });
});
