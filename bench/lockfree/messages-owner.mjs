// The thread that owns the objects of the messages' side.
import { parentPort, workerData } from 'node:worker_threads';
import { entryOf, isError, pieceOf } from './rows.mjs';

const { row, sizes, key } = workerData;
const NEXT = { pending: 'starting', starting: 'running', running: 'stopping', stopping: 'stopped', stopped: 'pending' };

const newProcess = () => ({
  ...{ state: 'pending', run: 0, restarts: 0, pid: null, pgid: null, exitCode: null, exitSignal: null },
  ...{ endedBy: null, startedAt: null, readyAt: null, endedAt: null, runPosition: 0 },
});

const processes = new Map();
for (let i = 1; i < (row.entries ?? sizes.processes); i++) processes.set(`${key}-${i}`, newProcess());
processes.set(key, newProcess());
let counter = 0;

/** The last bytes written, as a ring. */
const ring = { bytes: new Uint8Array(sizes.ringBytes), next: 0 };
function write(piece) {
  const first = piece.subarray(0, ring.bytes.length - ring.next);
  ring.bytes.set(first, ring.next);
  ring.bytes.set(piece.subarray(first.length), 0);
  ring.next = (ring.next + piece.length) % ring.bytes.length;
  return piece.length;
}
function tail(count) {
  const copy = new Uint8Array(count);
  const from = (ring.next - count + ring.bytes.length) % ring.bytes.length;
  const first = ring.bytes.subarray(from, from + count);
  copy.set(first);
  copy.set(ring.bytes.subarray(0, count - first.length), first.length);
  return copy;
}

const log = { entries: new Array(sizes.entries), total: 0 };
function append(entry) {
  log.entries[log.total % sizes.entries] = { ...entry, sequence: log.total };
  log.total++;
}
function query(matches) {
  const found = [];
  let matched = 0;
  for (let i = 1; i <= sizes.entries; i++) {
    const entry = log.entries[(log.total - i) % sizes.entries];
    if (!isError(entry.kind, entry.status)) continue;
    matched++;
    if (found.length < matches) found.push(entry);
  }
  return { found, matched, seen: sizes.entries };
}

const piece = pieceOf(row.pieceBytes ?? sizes.lineBytes, sizes.lineBytes);
for (let written = 0; written < 2 * sizes.ringBytes; written += piece.length) write(piece);
for (let i = 0; i < sizes.entries; i++) append(entryOf(i, sizes));

function rerun(id) {
  Object.assign(processes.get(id), newProcess(), { run: processes.get(id).run + 1, pid: 1_000, pgid: 1_000 });
  Object.assign(processes.get(id), { state: 'stopped', exitCode: 0, endedBy: 'exit', startedAt: 1, endedAt: 2 });
  return true;
}

const ANSWERS = {
  status: ({ id }) => processes.get(id),
  rerun: ({ id }) => rerun(id),
  list: () => Array.from(processes, ([id, { state }]) => ({ key: id, state })),
  register: ({ id }) => !processes.has(id) && processes.set(id, newProcess()).size > 0,
  remove: ({ id }) => processes.delete(id),
  move({ id }) {
    const found = processes.get(id);
    found.state = NEXT[found.state];
    return true;
  },
  add: () => ++counter,
  write: (question) => write(question.piece),
  tail: ({ bytes }) => tail(bytes),
  lines: ({ count, bytes }) =>
    Buffer.from(tail(bytes).buffer)
      .latin1Slice()
      .split('\n')
      .slice(-count - 1, -1),
  log: ({ entry }) => append(entry) === undefined,
  query: ({ matches }) => query(matches),
};

function answer(port, question) {
  const found = ANSWERS[question.op](question);
  // Whole memories are handed over, not copied.
  port.postMessage(found, found instanceof Uint8Array ? [found.buffer] : []);
}

parentPort.on('message', (question) => {
  if (question.port === undefined) answer(parentPort, question);
  else question.port.on('message', (asked) => answer(question.port, asked));
});
