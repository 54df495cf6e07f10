// What one does without shared memory: plain objects that one thread owns, and a message to it and back for every operation.
import { isMainThread, MessageChannel, Worker } from 'node:worker_threads';
import { entryOf, pieceOf } from './rows.mjs';
import { serve } from './side.mjs';

/** Questions that the other thread has under way at a time. */
const WINDOW = 16;
const KEY = '/home/somebody/shop\0server';

/** One question, and its answer. */
function ask(port, question) {
  return new Promise((resolve) => {
    port.once('message', resolve);
    port.postMessage(question);
  });
}

const asks = (port, question, found) => async (n) => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += found(await ask(port, question(i)));
  return sum;
};

/** Keeps WINDOW questions under way until n are answered. */
const floods = (port, question) => (n) =>
  new Promise((resolve) => {
    let asked = 0;
    let answered = 0;
    const more = () => port.postMessage(question(asked++));
    port.removeAllListeners('message');
    port.on('message', () => {
      answered++;
      if (answered === n) resolve(n);
      else if (asked < n) more();
    });
    while (asked < Math.min(WINDOW, n)) more();
  });

const one = () => 1;
const count = (answer) => answer.length;

/** Registering and removing are two questions. */
const churn = (name) => {
  const ids = Array.from({ length: 64 }, (_, i) => `/home/somebody/shop\0${name}-${i}`);
  return (i) => ({ op: i % 2 === 0 ? 'register' : 'remove', id: ids[(i >> 1) % ids.length] });
};
const logs = (_row, sizes) => {
  const entries = Array.from({ length: 64 }, (_, sequence) => entryOf(sequence, sizes));
  return (i) => ({ op: 'log', entry: entries[i % 64] });
};
const writes = ({ pieceBytes }, { lineBytes }) => {
  const piece = pieceOf(pieceBytes, lineBytes);
  return () => ({ op: 'write', piece });
};
const lines = (_row, sizes) => () => ({ op: 'lines', count: sizes.lines, bytes: sizes.tailBytes });
const queries =
  (_row, { matches }) =>
  () => ({ op: 'query', matches });

/** For each operation: its question, what an answer says was done, how many questions it takes, and the other thread's question. */
const OPERATIONS = {
  status: {
    question: () => () => ({ op: 'status', id: KEY }),
    found: one,
    other: () => () => ({ op: 'rerun', id: KEY }),
  },
  list: { question: () => () => ({ op: 'list' }), found: count, other: () => churn('other') },
  register: { question: () => churn('own'), found: () => 0.5, times: 2, other: () => churn('other') },
  lines: { question: lines, found: count, other: writes },
  output: { question: (_row, sizes) => () => ({ op: 'tail', bytes: sizes.ringBytes }), found: count, other: writes },
  write: { question: writes, found: (answer) => answer, other: lines },
  query: { question: queries, found: ({ seen }) => seen, other: logs },
  log: { question: logs, found: one, other: queries },
  cas: { question: () => () => ({ op: 'move', id: KEY }), found: one, other: () => () => ({ op: 'move', id: KEY }) },
  word: { question: () => () => ({ op: 'add' }), found: one, other: () => () => ({ op: 'add' }) },
  alone: { question: () => () => ({ op: 'add' }), found: one, other: () => () => ({ op: 'add' }) },
  add: { question: () => () => ({ op: 'add' }), found: one, other: () => () => ({ op: 'add' }) },
};

export function open(row, sizes) {
  const owner = new Worker(new URL('./messages-owner.mjs', import.meta.url), { workerData: { row, sizes, key: KEY } });
  const { port1, port2 } = new MessageChannel();
  owner.postMessage({ port: port1 }, [port1]);
  const { question, found, times = 1 } = OPERATIONS[row.op];
  const run = asks(owner, question(row, sizes), found);
  return { run: (n) => run(n * times), shared: port2, transfer: [port2], end: () => owner.terminate() };
}

export function other(port, row, sizes) {
  return floods(port, OPERATIONS[row.op].other(row, sizes));
}

if (isMainThread) await serve(import.meta.url, open);
