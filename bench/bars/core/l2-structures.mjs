// What L2 plays: structures, their operations on numbers, and what each may answer (the specification).
import {
  Counters,
  countersLayout,
  JournalReader,
  JournalWriter,
  journalBytes,
  Registry,
  RingBufferReader,
  RingBufferWriter,
  registryLayout,
  ringBytes,
  STATE_WORD,
  StateWord,
} from '../../../dist/lockfree.js';

const OPTIONS = { capacity: 64, threads: 3, keyBytes: 32 };
const TABLE = { a: ['b', 'c'], b: ['c', 'a'], c: ['a'] };
const STATES = ['a', 'b', 'c'];
const MOVES = STATES.flatMap((from) => TABLE[from].map((to) => [from, to]));

/** One record a page, of four bytes: with three pages a few appends leave a reader behind. */
const JOURNAL = { pages: 3, pageBytes: 28 + 4, readers: 1 };
const RING = { capacity: 64, pageBytes: 16, readers: 1 };
const PIECE = 16;
/** A run of journal and ring begins when so many times its number of records or pieces were written, and writes fewer. */
const A_RUN = 8;
/** Answers that no journal and no ring gives. */
const TORN = -99;
const ANSWERS = { empty: -1, turning: -2, lapped: -10 };

const views = (buffer) => ({
  words: new Int32Array(buffer),
  wide: new BigInt64Array(buffer),
  bytes: new Uint8Array(buffer),
});
const numbered = (n) => new Uint8Array(Int32Array.of(n).buffer);
const numberIn = (bytes) => new Int32Array(bytes.slice().buffer)[0];

/** `operations(below, thread)` gives a step of a thread. `play(operation, run, memo)` answers with a number; `memo` is the thread's own in this run. `clean` is called by one thread, in quiet. */
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
  journal: {
    bytes: journalBytes(JOURNAL),
    operations: (below, thread) => ({ name: thread === 0 ? 'append' : ['read', 'snapshot'][below(2)] }),
    open(buffer, thread) {
      const writer = thread === 0 ? new JournalWriter(views(buffer), JOURNAL) : null;
      const append = () => {
        const n = writer.records;
        writer.append({ kind: 1, a: n, b: 0, micros: 0 }, numbered(n));
        return 0;
      };
      const isWhole = ({ sequence, a, body }) => a === sequence && numberIn(body) === sequence;
      return {
        play({ name }, run, memo) {
          if (name === 'append') return append();
          const base = A_RUN * (run + 1);
          memo.reader ??= new JournalReader(views(buffer), 0, JOURNAL, base);
          if (name === 'read') return readOf(memo.reader.read(), base, isWhole);
          const { records, first, end, short } = memo.reader.snapshot();
          if (!records.every((record, n) => record.sequence === first + n && isWhole(record))) return TORN;
          return (end - base) * 100 + records.length * 10 + Number(short);
        },
        clean() {
          do append();
          while (writer.records % A_RUN !== 0);
        },
      };
    },
    specification: {
      init: '0 0',
      key: String,
      // The state: records that were appended, and the reader's cursor.
      step(state, { name, out }) {
        const [appended, cursor] = state.split(' ').map(Number);
        if (name === 'append') return [true, `${appended + 1} ${cursor}`];
        if (name === 'snapshot') {
          // A turn beside it takes a page, and another one where an earlier look was inside the oldest (I5 of the journal).
          const [end, kept, short] = [Math.floor(out / 100), Math.floor(out / 10) % 10, out % 10];
          return [end === appended && (short === 1 || (kept >= 1 && kept <= 3)), state];
        }
        if (out === ANSWERS.empty) return [cursor === appended, state];
        if (out === ANSWERS.turning) return [cursor < appended, state];
        if (out >= 0) return [out === cursor && cursor < appended, `${appended} ${cursor + 1}`];
        const next = cursor + ANSWERS.lapped - out;
        return [out !== TORN && next > cursor && next <= appended, `${appended} ${next}`];
      },
    },
  },
  'ring buffer': {
    bytes: ringBytes(RING),
    operations: (_below, thread) => ({ name: thread === 0 ? 'write' : 'snapshot' }),
    open(buffer, thread) {
      const writer = thread === 0 ? new RingBufferWriter(buffer, RING) : null;
      const reader = new RingBufferReader(buffer, 0, RING);
      let pieces = 0;
      const write = () => {
        writer.write(new Uint8Array(PIECE).fill(pieces), pieces * PIECE, 0);
        pieces += 1;
        return 0;
      };
      const isWhole = ({ position, bytes }) => bytes.every((byte, n) => byte === (((position + n) / PIECE) & 0xff));
      return {
        play({ name }, run) {
          if (name === 'write') return write();
          const { pieces: kept, total, dropped, short } = reader.snapshot();
          const bytes = kept.reduce((sum, piece) => sum + piece.bytes.length, 0);
          if (!kept.every(isWhole) || bytes !== total - dropped || (!short && bytes !== RING.capacity)) return TORN;
          return total / PIECE - A_RUN * (run + 1);
        },
        clean() {
          do write();
          while (pieces % A_RUN !== 0);
        },
      };
    },
    specification: {
      init: 0,
      key: String,
      step: (state, { name, out }) => (name === 'write' ? [true, state + 1] : [out === state, state]),
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

/** As a reader says it, in a number. */
function readOf(read, base, isWhole) {
  if (read.kind === 'record') return isWhole(read.record) ? read.record.sequence - base : TORN;
  return ANSWERS[read.kind] - (read.lost ?? 0);
}

/** Whose looks in a run are all the first one: what was written since is not seen. */
const stale = (structure) => ({
  ...structure,
  open(buffer, thread) {
    const { play, clean } = structure.open(buffer, thread);
    const lookOnce = (operation, run, memo) => {
      if (operation.name !== 'snapshot') return play(operation, run, memo);
      memo.seen ??= play(operation, run, memo);
      return memo.seen;
    };
    return { play: lookOnce, clean };
  },
});

/** Wrong on purpose. */
export const TWINS = {
  'stale journal': stale(STRUCTURES.journal),
  'stale ring buffer': stale(STRUCTURES['ring buffer']),
  /** Is read and then written: two adds at once may be one. */
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
