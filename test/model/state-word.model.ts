/** StateWord under every interleaving: of racing moves one wins, nothing but the table's states is ever seen, nobody waits. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareExchange, exchange, load, store } from '#atomic';
import { StateWord } from '../../src/lockfree/state-word.ts';
import { BOUND } from './bound.ts';
import { forAll } from './chance.ts';
import { explore, invoke } from './counted.ts';
import { linearizable } from './linearizable.ts';

const TABLE = { running: ['stopping', 'stopped'], stopping: ['stopped'], stopped: ['running'] } as const;
type State = keyof typeof TABLE;
type Move = readonly [State, State];

/** I2 broken: two movers may both find `from`. */
class LoadThenStore extends StateWord<State> {
  protected override move(from: number, to: number): boolean {
    if (load(this.words, this.at) !== from) return false;
    store(this.words, this.at, to);
    return true;
  }
}

/** Overwrites first, then looks what was there. */
class ExchangeAndLook extends StateWord<State> {
  protected override move(from: number, to: number): boolean {
    return exchange(this.words, this.at, to) === from;
  }
}

/** Takes another's success for its own. */
class AlreadyThere extends StateWord<State> {
  protected override move(from: number, to: number): boolean {
    const found = compareExchange(this.words, this.at, from, to);
    return found === from || found === to;
  }
}

/** Looks again and moves from whatever is there. */
class Insists extends StateWord<State> {
  protected override move(from: number, to: number): boolean {
    if (super.move(from, to)) return true;
    const found = load(this.words, this.at);
    return super.move(found, to);
  }
}

const SPECIFICATION = {
  init: 'running',
  key: (state: string) => state,
  step: (state: string, { name, arg, out }: { name: string; arg: unknown; out: unknown }): [boolean, string] => {
    if (name === 'get') return [out === undefined || out === state, state];
    const [from, to] = String(arg).split(' → ');
    return from === state ? [out !== false, to ?? ''] : [out !== true, state];
  },
};

/** Threads that try their moves in order, each looking at the state before and after. */
function race(programs: readonly (readonly Move[])[], kind = StateWord<State>, stall: number[] = []) {
  return explore(
    () => {
      const words = new Int32Array(new SharedArrayBuffer(4));
      const threads = programs.map((moves) => () => {
        const state = new kind(words, 0, TABLE);
        for (const [from, to] of moves) invoke('move', `${from} → ${to}`, () => state.compareAndSwap(from, to));
        return invoke('get', '', () => state.get());
      });
      return {
        threads,
        check: (_results, history) => {
          if (!linearizable(history, SPECIFICATION)) throw new Error('not linearizable');
          const [state] = words;
          expect([0, 1, 2]).toContain(state); // I1
        },
      };
    },
    { preemptions: BOUND + 1, stall },
  );
}

const STOP: readonly Move[] = [['running', 'stopping']];
const EXIT: readonly Move[] = [
  ['running', 'stopped'],
  ['stopping', 'stopped'],
];
const AGAIN: readonly Move[] = [
  ['stopped', 'running'],
  ['running', 'stopping'],
];

describe('StateWord', () => {
  test.each<[string, readonly (readonly Move[])[]]>([
    ['a stop against an exit', [STOP, EXIT]],
    ['two stops and an exit', [STOP, STOP, EXIT]],
    ['an exit, a restart and a stop', [EXIT, AGAIN, STOP]],
  ])('%s is linearizable', (_, programs) => {
    expect(race(programs)).toMatchObject({ ok: true });
  });

  test.each([0, 1, 2])('thread %i may stop for ever at any step; the others finish', (thread) => {
    expect(race([STOP, EXIT, AGAIN], StateWord<State>, [thread])).toMatchObject({ ok: true });
  });

  test('moves of two or three threads, made up by chance, one of which may stop for ever', () => {
    const moves = Object.entries(TABLE).flatMap(([from, row]) => row.map((to): Move => [from as State, to]));
    const program = fc.array(fc.constantFrom(...moves), { minLength: 1, maxLength: 3 });
    const programs = fc.array(program, { minLength: 2, maxLength: 3 });
    forAll(fc.record({ programs, stall: fc.subarray([0], { minLength: 0 }) }), 100, ({ programs: made, stall }) => {
      expect(race(made, StateWord<State>, stall)).toMatchObject({ ok: true });
    });
  });

  test.each([
    ['load, then store', LoadThenStore],
    ['exchange, then look', ExchangeAndLook],
    ["another's success is mine", AlreadyThere],
    ['insists on its move', Insists],
  ])('wrong twin is refused: %s', (_, twin) => {
    expect(race([STOP, STOP, EXIT], twin)).toMatchObject({ ok: false, error: 'not linearizable' });
  });
});
