// The rows of the table: one for each operation of the reference's page, what the other thread does meanwhile, and the sizes that
// all sides share. Rows and sizes are plain data: they go to every side as JSON.

export const SIZES = {
  /** Registered beside those that a row registers itself. */
  processes: 100,
  ringBytes: 262_144,
  lineBytes: 100,
  lines: 20,
  /** What is read of a ring's end to find its last lines in. */
  tailBytes: 4_096,
  /** Of a traffic log; an entry's text has so many bytes, and every `matchEvery`th is an error. */
  entries: 1_000,
  entryBytes: 300,
  matchEvery: 4,
  matches: 20,
};

const REGISTERS = 'registers and removes another id';

/** `op` and its numbers are what a side gets; `other` is what its other thread does without a pause; a read is also measured in turns with that. */
export const ROWS = [
  { name: '(nothing shared)', op: 'alone', other: 'adds to a word of its own' },
  { name: '(one word read)', op: 'word', isRead: true, other: 'adds to that word' },
  { name: 'get status', op: 'status', isRead: true, other: 'restarts that process' },
  { name: 'list 1', op: 'list', entries: 1, isRead: true, other: REGISTERS },
  { name: 'list 100', op: 'list', entries: 100, isRead: true, other: REGISTERS },
  { name: 'list 1,000', op: 'list', entries: 1_000, isRead: true, other: REGISTERS },
  { name: 'read output, 20 lines', op: 'lines', pieceBytes: 100, isRead: true, other: 'writes lines of 100 B' },
  {
    name: 'read output, 256 KiB of 64 KiB pieces',
    op: 'output',
    pieceBytes: 65_536,
    isRead: true,
    other: 'writes 64 KiB',
  },
  { name: 'read output, 256 KiB of 100 B pieces', op: 'output', pieceBytes: 100, isRead: true, other: 'writes 100 B' },
  { name: 'query traffic, 1,000 entries', op: 'query', isRead: true, other: 'logs' },
  { name: 'register and remove', op: 'register', other: REGISTERS },
  { name: 'write output, 100 B', op: 'write', pieceBytes: 100, other: 'reads 20 lines' },
  { name: 'write output, 64 KiB', op: 'write', pieceBytes: 65_536, other: 'reads 20 lines' },
  { name: 'log traffic', op: 'log', other: 'queries' },
  { name: 'state CAS', op: 'cas', other: 'moves the same state' },
  { name: 'counter add', op: 'add', other: 'adds to the same counter' },
];

/** A line of output of so many bytes, its newline counted. */
export const lineOf = (bytes) => Buffer.from(`${'x'.repeat(bytes - 1)}\n`);
/** A piece of output that consists of lines. */
export function pieceOf(bytes, lineBytes) {
  const line = lineOf(lineBytes);
  return new Uint8Array(Buffer.concat(Array(Math.ceil(bytes / lineBytes)).fill(line)).subarray(0, bytes));
}

/** What a traffic log gets as its entry of number `sequence`. */
export function entryOf(sequence, { entryBytes, matchEvery }) {
  const fields = {
    method: 'GET',
    path: `/src/components/Basket.tsx?t=${1_700_000_000_000 + (sequence % 1_000)}`,
    type: 'text/javascript; charset=utf-8',
  };
  const rest = entryBytes - fields.method.length - fields.path.length - fields.type.length - 3;
  return { ...fields, agent: 'M'.repeat(rest), kind: 1, status: sequence % matchEvery === 0 ? 500 : 200 };
}
export const isError = (kind, status) => kind === 1 && status >= 400;
