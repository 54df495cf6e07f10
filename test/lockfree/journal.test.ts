/** Journal on one thread: what each read answers, where sequences wrap, and what is left behind and repaired. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JournalWriter } from '../../src/lockfree/journal.ts';
import {
  HEAD_BYTES,
  JOURNAL,
  JOURNAL_PAGE,
  type JournalGeometry,
  JournalPages,
  journalBytes,
  releaseReader,
  reopen,
} from '../../src/lockfree/journal-pages.ts';
import { type JournalRead, JournalReader } from '../../src/lockfree/journal-reader.ts';
import { documentsLayout } from './documents.ts';

/** Two records of four bytes a page. */
const PAIRS: JournalGeometry = { pages: 4, pageBytes: 2 * (HEAD_BYTES + 4), readers: 2 };

const body = (n: number, length = 4) => new Uint8Array(length).fill(n);

function fresh(geometry = PAIRS, start = 0) {
  const buffer = new SharedArrayBuffer(journalBytes(geometry));
  const memory = { words: new Int32Array(buffer), wide: new BigInt64Array(buffer), bytes: new Uint8Array(buffer) };
  memory.wide[JOURNAL.at.records] = BigInt(start);
  const writer = new JournalWriter(memory, geometry);
  const append = (...values: number[]) => {
    for (const n of values) writer.append({ kind: n, a: -n, b: 2 ** 31 - n, micros: 1_000 * n }, body(n & 0xff));
  };
  return {
    geometry,
    memory,
    writer,
    append,
    reader: (n = 0, cursor = start) => new JournalReader(memory, n, geometry, cursor),
  };
}

/** A read in a word: the record's kind, or what there was instead. */
const inBrief = (read: JournalRead) =>
  read.kind === 'record' ? read.record.kind : read.kind === 'lapped' ? `lapped ${read.lost}` : read.kind;
const drain = (reader: JournalReader) => {
  const all: (string | number)[] = [];
  for (;;) {
    const read = reader.read();
    if (read.kind === 'empty' || read.kind === 'turning') return [...all, read.kind];
    all.push(inBrief(read));
  }
};
const kinds = (reader: JournalReader) => reader.snapshot().records.map((record) => record.kind);

describe('read', () => {
  test('a record comes back as it was appended', () => {
    const { append, reader } = fresh();
    append(7);
    expect(reader().read()).toEqual({
      kind: 'record',
      record: { sequence: 0, kind: 7, a: -7, b: 2 ** 31 - 7, micros: 7_000, body: body(7) },
    });
  });

  test('in order, then empty, then what came since', () => {
    const { append, reader } = fresh();
    const first = reader();
    expect(drain(first)).toEqual(['empty']);
    append(1, 2, 3);
    expect(drain(first)).toEqual([1, 2, 3, 'empty']);
    append(4);
    expect(drain(first)).toEqual([4, 'empty']);
    expect(drain(reader(1))).toEqual([1, 2, 3, 4, 'empty']);
  });

  test('lapped says exactly how many were lost', () => {
    const { append, reader } = fresh();
    const late = reader();
    append(1, 2, 3, 4, 5, 6, 7, 8);
    expect(inBrief(late.read())).toBe(1);
    append(9, 10, 11);
    expect(drain(late)).toEqual(['lapped 3', 5, 6, 7, 8, 9, 10, 11, 'empty']);
  });

  test('a page that is closed answers turning, and can be skipped and counted', () => {
    const { memory, append, reader, geometry } = fresh();
    append(1, 2, 3);
    const pages = new JournalPages(memory, geometry);
    const one = reader();
    pages.close(0);
    expect([drain(one), drain(one)]).toEqual([['turning'], ['turning']]);
    expect(one.skip()).toBe(2);
    expect(drain(one)).toEqual([3, 'empty']);
    expect(one.skip()).toBe(0);
    pages.open(0);
    expect(drain(reader())).toEqual([1, 2, 3, 'empty']);
  });

  test('a page in which another reader has stopped is passed over by the writer and stays whole', () => {
    const { memory, append, reader, geometry } = fresh();
    append(1, 2);
    new JournalPages(memory, geometry).pin(0, 1 << 1);
    append(3, 4, 5, 6, 7, 8, 9, 10, 11);
    expect(drain(reader())).toEqual([1, 2, 'lapped 4', 7, 8, 9, 10, 11, 'empty']);
    expect(reader().snapshot()).toMatchObject({ first: 6, end: 11, short: false });
  });

  test('any lengths: everything kept is read once, in order, and everything else is counted', () => {
    const geometries = fc.record({
      pages: fc.integer({ min: 3, max: 6 }),
      pageBytes: fc.constantFrom(36, 64, 100, 256),
      readers: fc.constant(1),
    });
    const steps = fc.array(fc.oneof(fc.nat({ max: 16 }), fc.constant('read' as const)), { maxLength: 80 });
    const starts = fc.constantFrom(0, 0x7fffff00, 0x7ffffff8, 2 ** 32 - 5, 2 ** 40);
    fc.assert(
      fc.property(geometries, steps, starts, (geometry, all, start) => {
        const { writer, reader } = fresh(geometry, start);
        const one = reader();
        let bytes = 0;
        let expected = start;
        for (const step of all) {
          if (step !== 'read') {
            writer.append({ kind: writer.records % 1_000, a: 0, b: 0, micros: 0 }, body(step, step));
            bytes += step;
            continue;
          }
          const read = one.read();
          if (read.kind === 'lapped') expected += read.lost;
          if (read.kind === 'record') {
            expect(read.record).toMatchObject({ sequence: expected, kind: expected % 1_000 });
            expect(read.record.body.every((byte) => byte === read.record.body.length)).toBe(true);
            expected++;
          }
          expect(read.kind === 'empty').toBe(
            expected === writer.records && read.kind !== 'record' && read.kind !== 'lapped',
          );
        }
        const { records, first, end, short } = reader().snapshot();
        expect(records.map((record) => record.sequence)).toEqual(
          Array.from({ length: end - first }, (_, n) => first + n),
        );
        expect({ end, short, bytes: one.bytes() }).toEqual({ end: writer.records, short: false, bytes });
      }),
      { numRuns: 500 },
    );
  });
});

describe.each([0, 0x7fffff00, 0x7ffffffd, 2 ** 32 - 3, 2 ** 33 + 2 ** 31 - 1, 2 ** 52])(
  'from sequence %i on',
  (start) => {
    test('reads, laps and snapshots do not see the wrap', () => {
      const { append, reader } = fresh(PAIRS, start);
      const early = reader();
      append(1, 2, 3, 4, 5);
      expect(drain(early)).toEqual([1, 2, 3, 4, 5, 'empty']);
      append(...Array.from({ length: 300 }, (_, n) => n));
      expect(reader().records()).toBe(start + 305);
      // 305 records are one on the current page, and three full ones.
      expect(drain(early)).toEqual(['lapped 293', 293, 294, 295, 296, 297, 298, 299, 'empty']);
      expect(reader().snapshot()).toMatchObject({ first: start + 298, end: start + 305, short: false });
      expect(kinds(reader())).toEqual([293, 294, 295, 296, 297, 298, 299]);
    });
  },
);

describe('snapshot', () => {
  test('of nothing', () => {
    expect(fresh().reader().snapshot()).toEqual({ records: [], first: 0, end: 0, short: false });
  });

  test('copies what is accepted by its head', () => {
    const { append, reader } = fresh();
    append(1, 2, 3, 4, 5);
    const { records, first, end } = reader().snapshot((kind) => kind % 2 === 1);
    expect([records.map((record) => record.body[0]), first, end]).toEqual([[1, 3, 5], 0, 5]);
  });

  test('a filter that throws leaves no page pinned', () => {
    const { memory, append, reader } = fresh();
    append(1);
    const fail = () => {
      throw new Error('no');
    };
    expect(() => reader().snapshot(fail)).toThrow('no');
    expect(memory.words[new JournalPages(memory, PAIRS).pinsAt(0)]).toBe(0);
  });
});

test('a reader that is in a page reads no other: it would pin two, or let the first one go', () => {
  const { memory, append, reader } = fresh();
  append(1, 2, 3);
  const one = reader();
  for (const read of [() => one.read(), () => one.snapshot(), () => one.newest(1)]) {
    expect(() => one.walk(() => read() !== undefined)).toThrow('reader=0: it is in a page');
  }
  expect(memory.words[new JournalPages(memory, PAIRS).pinsAt(1)]).toBe(0);
  expect(one.read()).toMatchObject({ kind: 'record', record: { sequence: 0 } });
});

describe('newest', () => {
  const newest = (reader: JournalReader, most: number, parity?: number) => {
    const accept = parity === undefined ? undefined : (kind: number) => kind % 2 === parity;
    const { records, first, end, short } = reader.newest(most, accept);
    return [records.map(({ kind, body: bytes }) => [kind, ...bytes.subarray(0, 1)]), first, end, short];
  };

  test('the last ones that are wanted, oldest first, and how far it looked', () => {
    const { append, reader } = fresh();
    expect(newest(reader(), 2)).toEqual([[], 0, 0, false]);
    append(1, 2, 3, 4, 5);
    const pair = (kind: number) => [kind, kind];
    expect(newest(reader(), 2)).toEqual([[4, 5].map(pair), 3, 5, false]);
    expect(newest(reader(), 2, 1)).toEqual([[3, 5].map(pair), 2, 5, false]);
    expect(newest(reader(), 9, 0)).toEqual([[2, 4].map(pair), 0, 5, false]);
    expect(newest(reader(), 9)).toEqual([[1, 2, 3, 4, 5].map(pair), 0, 5, false]);
  });

  test('none wanted: no record, whatever it looked at', () => {
    const { append, reader } = fresh();
    append(1, 2, 3);
    expect(newest(reader(), 0)[0]).toEqual([]);
  });

  test('is short, as a snapshot is, while the writer takes a page that it needs', () => {
    const { memory, append, reader, geometry } = fresh();
    append(1, 2, 3);
    memory.words[JOURNAL.at.turns] = 1;
    new JournalPages(memory, geometry).close(0);
    expect(newest(reader(), 1)).toEqual([[[3, 3]], 2, 3, false]);
    expect(newest(reader(), 2)).toEqual([[[3, 3]], 2, 3, true]);
  });
});

test('a walked page tells of its records by number', () => {
  const { append, reader } = fresh();
  append(1, 2);
  const one = reader();
  const seen: unknown[] = [];
  one.walk((page) => {
    seen.push(page.count, page.bodyBytes, [page.place(0), page.place(1)], page.record(1));
    seen.push(page.heads((kind, a, b, n) => seen.push([kind, a, b, n]) > 0));
    seen.push(page.heads(() => false));
    seen.push([0, 1].map((n) => one.copyBytes(page.bodyAt(n), page.lengthOf(n))));
    return true;
  });
  const head = (kind: number) => ({ sequence: kind - 1, kind, a: -kind, b: 2 ** 31 - kind, micros: 1_000 * kind });
  const places = [1, 2].map((kind) => ({ ...head(kind), at: expect.any(Number), length: 4 }));
  const heads = [2, 1].map((kind) => [kind, -kind, 2 ** 31 - kind, kind - 1]);
  expect(seen).toEqual([
    ...[2, 8, places, { ...head(2), body: body(2) }],
    ...[...heads, true, false, [body(1), body(2)]],
  ]);
});

test.each([36, 52, 64, 100, 65_536])('bodies begin at a multiple of 8 on pages of %i bytes', (pageBytes) => {
  const { writer, reader } = fresh({ pages: 3, pageBytes, readers: 1 });
  for (const length of [0, 1, 5, 8, 13, 16]) writer.append({ kind: 0, a: 0, b: 0, micros: 0 }, body(9, length));
  const places: number[] = [];
  reader().walk((page) => page.heads((_kind, _a, _b, n) => places.push(page.bodyAt(n) % 8) > 0));
  expect(new Set(places)).toEqual(new Set([0]));
});

describe('a thread that died', () => {
  /** Stops in its turn with pages closed. */
  class Dying extends JournalWriter {
    protected override recycle(page: number): void {
      if (this.sequence > 0) throw new Error('died');
      super.recycle(page);
    }
  }

  test('a writer: what was committed is read after reopen, and a successor goes on', () => {
    const { memory, geometry, append } = fresh();
    append(1, 2, 3, 4, 5, 6, 7);
    const dying = new Dying(memory, geometry);
    dying.append({ kind: 8, a: 0, b: 0, micros: 0 }, body(8));
    const pages = new JournalPages(memory, geometry);
    pages.pin(0, 1);
    expect(() => dying.append({ kind: 9, a: 0, b: 0, micros: 0 }, body(9))).toThrow('died');
    const reader = new JournalReader(memory, 1, geometry);
    expect(reader.read()).toEqual({ kind: 'turning' });
    expect(reader.snapshot()).toMatchObject({ first: 4, end: 8, short: true });
    reopen(memory, geometry);
    expect(reader.snapshot()).toMatchObject({ first: 0, end: 8, short: false });
    pages.unpin(0, 1);
    const successor = new JournalWriter(memory, geometry);
    for (const n of [9, 10]) successor.append({ kind: n, a: 0, b: 0, micros: 0 }, body(n));
    expect(drain(reader)).toEqual(['lapped 2', 3, 4, 5, 6, 7, 8, 9, 10, 'empty']);
    expect(reader.bytes()).toBe(40);
  });

  test('a writer between commit and publication: the successor publishes', () => {
    const { memory, geometry, append } = fresh();
    append(1, 2, 3);
    memory.wide[JOURNAL.at.records] = 2n;
    memory.wide[JOURNAL.at.bytes] = 8n;
    const successor = new JournalWriter(memory, geometry);
    successor.append({ kind: 4, a: 0, b: 0, micros: 0 }, body(4));
    const reader = new JournalReader(memory, 0, geometry);
    expect(drain(reader)).toEqual([1, 2, 3, 4, 'empty']);
    expect(reader.bytes()).toBe(16);
  });

  test('a reader: its page is given back', () => {
    const { memory, geometry, append, reader } = fresh();
    append(1);
    new JournalPages(memory, geometry).pin(0, 2);
    releaseReader(memory, geometry, 1);
    append(...Array.from({ length: 20 }, (_, n) => n + 2));
    expect(kinds(reader())).toEqual([15, 16, 17, 18, 19, 20, 21]);
  });
});

describe('refused', () => {
  test.each<[Partial<JournalGeometry>, string]>([
    [{ pages: 3 }, 'pages=3'],
    [{ readers: 0 }, 'readers=0'],
    [{ readers: 31, pages: 40 }, 'readers=31'],
    [{ pageBytes: 20 }, 'pageBytes=20'],
    [{ pageBytes: 30 }, 'pageBytes=30'],
    [{ pageBytes: 262_144 }, 'pageBytes=262144'],
  ])('geometry %o', (geometry, message) => {
    expect(() => journalBytes({ ...PAIRS, ...geometry })).toThrow(message);
  });

  test('a record longer than a page', () => {
    const { writer } = fresh();
    expect(() => writer.append({ kind: 0, a: 0, b: 0, micros: 0 }, new Uint8Array(37))).toThrow('length=37');
  });

  test('a reader number with two users, when the writer finds no page; released, it goes on', () => {
    const { memory, geometry, append, reader } = fresh();
    const pages = new JournalPages(memory, geometry);
    for (const page of [0, 1, 2, 3]) pages.pin(page, 1);
    expect(() => append(1, 2, 3)).toThrow('all are pinned');
    expect([0, 1, 2, 3].map((page) => memory.words[pages.pinsAt(page)])).toEqual([1, 1, 1, 1]);
    releaseReader(memory, geometry, 0);
    append(3, 4);
    expect(drain(reader())).toEqual([1, 2, 3, 4, 'empty']);
  });
});

test('the largest page holds records up to its last byte', () => {
  const geometry = { pages: 3, pageBytes: 262_140, readers: 1 };
  const { writer, reader } = fresh(geometry);
  writer.append({ kind: 1, a: 0, b: 0, micros: 0 }, new Uint8Array(262_120).fill(9));
  for (let n = 0; n < 10_922; n++) writer.append({ kind: 2, a: 0, b: 0, micros: 0 }, new Uint8Array(0));
  const { records } = reader().snapshot();
  expect([records.length, records[0]?.body.length, writer.room()]).toEqual([10_923, 262_120, -8]);
});

test('the page shows the layout', () => {
  const rows = [...documentsLayout('journal', JOURNAL), ...documentsLayout('journal', JOURNAL_PAGE)];
  expect(rows).toEqual([]);
});
