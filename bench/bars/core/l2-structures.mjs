// What L2 plays: structures, their operations on numbers, and what each may answer (the specification).
import { Counters, countersLayout, Registry, registryLayout, STATE_WORD, StateWord } from '../../../dist/lockfree.js';

const OPTIONS = { capacity: 64, threads: 3, keyBytes: 32 };
const TABLE = { a: ['b', 'c'], b: ['c', 'a'], c: ['a'] };
const STATES = ['a', 'b', 'c'];
const MOVES = STATES.flatMap((from) => TABLE[from].map((to) => [from, to]));

/** `play(operation, run, memo)` answers with a number; `memo` is the thread's own in this run. `clean` is called by one thread, in quiet. */
export const STRUCTURES = {
  registry: {
    bytes: registryLayout(OPTIONS).bytes,
    operations: (below) => ({ name: ['insert', 'get', 'remove'][below(3)], key: below(2) }),
    open(buffer, thread) {
      const registry = new Registry(new Int32Array(buffer), 0, thread, OPTIONS);
      return {
        play({ name, key }, run, memo) {
          const word = `${run % 50} ${key}`;
          if (name === 'get') return registry.get(word) === undefined ? 0 : 1;
          if (name === 'insert') {
            const { kind, handle } = registry.insert(word);
            if (kind === 'inserted') memo[key] = handle;
            return kind === 'inserted' ? 1 : 0;
          }
          // Of what this thread has put in itself; else it is no operation.
          return memo[key] === undefined ? 2 : Number(registry.remove(memo[key]));
        },
        clean() {
          for (const { handle } of registry.list()) registry.remove(handle);
        },
      };
    },
    specification: {
      init: '',
      key: String,
      // The state: who is in, as `key@thread` words.
      step(state, { name, key, thread, out }) {
        const present = state.split(' ').find((word) => word.startsWith(`${key}@`));
        const without = state
          .split(' ')
          .filter((word) => word !== present)
          .join(' ');
        if (name === 'get') return [out === Number(present !== undefined), state];
        if (name === 'insert') {
          if (present !== undefined) return [out === 0, state];
          return [out === 1, `${state} ${key}@${thread}`.trim().split(' ').sort().join(' ')];
        }
        if (out === 2) return [true, state];
        const isOurs = present === `${key}@${thread}`;
        return [out === Number(isOurs), isOurs ? without : state];
      },
    },
  },
  'state word': {
    bytes: STATE_WORD.bytes,
    operations: (below) => (below(4) === 0 ? { name: 'get' } : { name: 'move', move: below(MOVES.length) }),
    open(buffer) {
      const state = new StateWord(new Int32Array(buffer), 0, TABLE);
      return {
        play: ({ name, move }) =>
          name === 'get' ? STATES.indexOf(state.get()) : Number(state.compareAndSwap(MOVES[move][0], MOVES[move][1])),
        clean: () => state.reset('a'),
      };
    },
    specification: {
      init: 'a',
      key: String,
      step(state, { name, move, out }) {
        if (name === 'get') return [STATES[out] === state, state];
        const [from, to] = MOVES[move];
        return state === from ? [out === 1, to] : [out === 0, state];
      },
    },
  },
  counters: {
    bytes: countersLayout(['n']).bytes,
    operations: (below) => (below(3) === 0 ? { name: 'get' } : { name: 'add', n: 1 + below(3) }),
    open(buffer) {
      const counters = new Counters(new BigInt64Array(buffer), 0, ['n']);
      return {
        play({ name, n }) {
          if (name === 'get') return counters.get('n');
          counters.add('n', n);
          return 0;
        },
        clean: () => counters.add('n', -counters.get('n')),
      };
    },
    specification: {
      init: 0,
      key: String,
      step: (state, { name, n, out }) => (name === 'get' ? [out === state, state] : [true, state + n]),
    },
  },
};

/** A counter that is read and then written: two adds at once may be one. */
export const TWINS = {
  'lossy counter': {
    ...STRUCTURES.counters,
    open(buffer) {
      const words = new Int32Array(buffer);
      return {
        play({ name, n }) {
          const seen = Atomics.load(words, 0);
          if (name === 'get') return seen;
          for (let spin = 0; spin < 20; spin++) Atomics.load(words, 1);
          Atomics.store(words, 0, seen + n);
          return 0;
        },
        clean: () => Atomics.store(words, 0, 0),
      };
    },
  },
};
