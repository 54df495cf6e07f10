// A traffic log over a journal: heads carry what queries filter on, bodies the rest as text.
import { core } from './core.mjs';
import { entryOf, isError } from './rows.mjs';

const { JournalReader, JournalWriter, journalBytes } = core;

/** Keeps 1,000 entries also while readers hold as many pages as they can. */
const GEOMETRY = { pages: 12, pageBytes: 65_536, readers: 3 };
const VARIANTS = 64;

const memoryOf = (buffer) => ({
  words: new Int32Array(buffer, 0, Math.floor(buffer.byteLength / 4)),
  wide: new BigInt64Array(buffer, 0, Math.floor(buffer.byteLength / 8)),
  bytes: new Uint8Array(buffer),
});

function logs(buffer, sizes) {
  const journal = new JournalWriter(memoryOf(buffer), GEOMETRY);
  const entries = Array.from({ length: VARIANTS }, (_, sequence) => {
    const { kind, status, method, path, type, agent } = entryOf(sequence, sizes);
    return { kind, status, body: new Uint8Array(Buffer.from([method, path, type, agent].join('\n'))) };
  });
  let sequence = 0;
  return (n) => {
    for (let i = 0; i < n; i++) {
      const { kind, status, body } = entries[sequence % VARIANTS];
      journal.append({ kind, a: sequence | 0, b: status, micros: sequence }, body);
      sequence++;
    }
    return n;
  };
}

function decode({ sequence, b, micros, body }) {
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).latin1Slice();
  const [method, path, type, agent] = text.split('\n');
  return { sequence, status: b, micros, method, path, type, agent };
}

/** Looks at the newest entries' heads, counts those that match and gives the newest of them. */
function query20(journal, { entries, matches }) {
  const found = [];
  let seen = 0;
  let matched = 0;
  journal.walk((page) =>
    page.heads((kind, _sequence, status, n) => {
      seen++;
      if (isError(kind, status)) {
        matched++;
        if (found.length < matches) found.push(page.record(n));
      }
      return seen < entries;
    }),
  );
  return { seen, matched, found: found.map(decode) };
}

function queries(buffer, reader, sizes) {
  const journal = new JournalReader(memoryOf(buffer), reader, GEOMETRY);
  return (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const { seen, matched, found } = query20(journal, sizes);
      if (matched > 0 && found.length > 0) sum += seen;
    }
    return sum;
  };
}

/** A journal that has gone round twice. */
function filled(sizes) {
  const shared = new SharedArrayBuffer(journalBytes(GEOMETRY));
  logs(shared, sizes)(6 * sizes.entries);
  return shared;
}

export const query = {
  open(_row, sizes) {
    const shared = filled(sizes);
    return { run: queries(shared, 0, sizes), shared };
  },
  other: (shared, _row, sizes) => logs(shared, sizes),
};

export const log = {
  open(_row, sizes) {
    const shared = filled(sizes);
    return { run: logs(shared, sizes), shared };
  },
  other: (shared, _row, sizes) => queries(shared, 1, sizes),
};
