/** StateWord along its table: every pair of states, refused moves, and words that were never a state. */
import { describe, expect, test } from 'vitest';
import { IllegalTransition, STATE_WORD, StateWord } from '../../src/lockfree/state-word.ts';
import { documentsLayout } from './documents.ts';

const TABLE = {
  pending: ['starting', 'stopped'],
  starting: ['running', 'stopped'],
  running: ['stopped'],
  stopped: [],
} as const;
type State = keyof typeof TABLE;
const STATES: readonly State[] = ['pending', 'starting', 'running', 'stopped'];
const pairs = STATES.flatMap((from) => STATES.map((to) => [from, to] as const));

const fresh = () => {
  const words = new Int32Array(new SharedArrayBuffer(64));
  return { words, state: new StateWord<State>(words, 3, TABLE) };
};

describe('StateWord', () => {
  test('zeroed memory is in the first state of the table', () => {
    expect(fresh().state.get()).toBe('pending');
  });

  test.each(pairs)('%s → %s moves exactly when the table says so', (from, to) => {
    const { state } = fresh();
    state.reset(from);
    const row: readonly State[] = TABLE[from];
    if (row.includes(to)) {
      expect(state.compareAndSwap(from, to)).toBe(true);
      expect(state.get()).toBe(to);
      return;
    }
    expect(() => state.compareAndSwap(from, to)).toThrow(IllegalTransition);
    expect(state.get()).toBe(from);
  });

  test('a legal move from another state than the present one is lost, not an error', () => {
    const { state } = fresh();
    state.reset('stopped');
    expect(state.compareAndSwap('starting', 'running')).toBe(false);
    expect(state.get()).toBe('stopped');
  });

  test('the error carries both ends of the move and the state found', () => {
    const { state } = fresh();
    state.reset('running');
    const attempt = () => state.compareAndSwap('stopped', 'pending');
    expect(attempt).toThrow(expect.objectContaining({ from: 'stopped', to: 'pending', current: 'running' }));
    expect(attempt).toThrow('from=stopped to=pending current=running');
  });

  test('two objects over one word see each other; neighbours are untouched', () => {
    const { words, state } = fresh();
    words.fill(77);
    state.reset('pending');
    expect(new StateWord<State>(words, 3, TABLE).compareAndSwap('pending', 'starting')).toBe(true);
    expect(state.get()).toBe('starting');
    expect([...words].filter((_, at) => at !== 3).every((value) => value === 77)).toBe(true);
  });

  test('a word that was never a state is named', () => {
    const { words, state } = fresh();
    words[3] = 0x7fffff00;
    expect(() => state.get()).toThrow('at=3 holds 2147483392');
  });

  test('the page shows the layout', () => {
    expect(documentsLayout('state-word', STATE_WORD)).toEqual([]);
  });
});
