// State words and counters.
import { core } from './core.mjs';

const { Counters, countersLayout, Segment, STATE_WORD, StateWord } = core;

const NAMES = ['active', 'totalStarted', 'totalFailed'];
const TRANSITIONS = {
  pending: ['starting', 'stopped', 'failed'],
  starting: ['running', 'stopping', 'failed'],
  running: ['stopping', 'stopped', 'failed'],
  stopping: ['stopped', 'failed'],
  stopped: ['pending'],
  failed: ['pending'],
};
const NEXT = { pending: 'starting', starting: 'running', running: 'stopping', stopping: 'stopped', stopped: 'pending' };

const stateOn = (buffer) => new StateWord(Segment.attach(buffer).region('state').words, 0, TRANSITIONS);
/** An operation is one compareAndSwap round the table; who loses a race looks where the state is now. */
function mover(state) {
  let now = state.get();
  return (n) => {
    let moved = 0;
    for (let i = 0; i < n; i++) {
      const next = NEXT[now];
      if (state.compareAndSwap(now, next)) {
        moved++;
        now = next;
      } else now = state.get();
    }
    return moved > 0 ? n : 0;
  };
}

export const cas = {
  open() {
    const { buffer } = Segment.create({ state: STATE_WORD.bytes });
    const state = stateOn(buffer);
    state.reset('pending');
    return { run: mover(state), shared: buffer };
  },
  other: (buffer) => mover(stateOn(buffer)),
};

function adder(buffer) {
  const counters = new Counters(Segment.attach(buffer).region('counters').wide, 0, NAMES);
  return (n) => {
    for (let i = 0; i < n; i++) counters.add('totalStarted');
    return counters.get('totalStarted') > 0 ? n : 0;
  };
}

export const add = {
  open() {
    const { buffer } = Segment.create({ counters: countersLayout(NAMES).bytes });
    return { run: adder(buffer), shared: buffer };
  },
  other: adder,
};

/** Nothing is shared: what the machine itself takes for a second busy thread. */
function counts() {
  const words = new Int32Array(new SharedArrayBuffer(4));
  return (n) => {
    for (let i = 0; i < n; i++) Atomics.add(words, 0, 1);
    return Atomics.load(words, 0) === 0 ? 0 : n;
  };
}

export const alone = { open: () => ({ run: counts() }), other: counts };

/** The least that a read of what another thread changes can be. */
export const word = {
  open() {
    const shared = new SharedArrayBuffer(4);
    const words = new Int32Array(shared);
    const run = (n) => {
      let before = 0;
      for (let i = 0; i < n; i++) before = Atomics.load(words, 0);
      return before === -1 ? 0 : n;
    };
    return { run, shared };
  },
  other(shared) {
    const words = new Int32Array(shared);
    return (n) => {
      for (let i = 0; i < n; i++) Atomics.add(words, 0, 1);
      return n;
    };
  },
};
