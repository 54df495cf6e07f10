/**
 * Pages of the journal: what is written where and in which order, who may be told `turning`, and what a successor makes of pages
 * that were never used. Whole scenarios: journal.model.ts.
 */
import { describe, expect, test } from 'vitest';
import { compareExchange, load } from '#atomic';
import { JournalWriter } from '../../src/lockfree/journal.ts';
import {
  HEAD_BYTES,
  JOURNAL,
  JOURNAL_PAGE,
  type JournalGeometry,
  type JournalMemory,
  JournalPages,
  journalBytes,
} from '../../src/lockfree/journal-pages.ts';
import { JournalReader } from '../../src/lockfree/journal-reader.ts';
import { BOUND } from './bound.ts';
import { awaitEnd, type Explored, explore, type Model } from './counted.ts';
import { traceOf } from './trace.ts';

const GEOMETRY: JournalGeometry = { pages: 4, pageBytes: 2 * (HEAD_BYTES + 4), readers: 2 };

function fresh(geometry = GEOMETRY, start = 0): JournalMemory {
  const buffer = new SharedArrayBuffer(journalBytes(geometry));
  const memory = { words: new Int32Array(buffer), wide: new BigInt64Array(buffer), bytes: new Uint8Array(buffer) };
  memory.wide[JOURNAL.at.records] = BigInt(start);
  return memory;
}

const append = (writer: JournalWriter, length = 4, micros = writer.records) =>
  writer.append({ kind: 1, a: writer.records, b: 0, micros }, new Uint8Array(length).fill(writer.records + 1));
const sequences = (memory: JournalMemory, geometry = GEOMETRY) =>
  new JournalReader(memory, 0, geometry).snapshot().records.map(({ sequence }) => sequence);

/** What lies at a byte: a field of the journal, of the page, or the records. */
const label = (_: SharedArrayBuffer, byte: number): string => {
  const inHeads = byte - JOURNAL.bytes;
  if (inHeads >= GEOMETRY.pages * JOURNAL_PAGE.bytes) return 'record';
  const [table, offset] = inHeads < 0 ? [JOURNAL, byte] : [JOURNAL_PAGE, inHeads % JOURNAL_PAGE.bytes];
  return table.table().find((row) => row.offset === offset)?.field ?? `byte ${byte}`;
};
/** Without what was written: `store commit`. */
const inBrief = (line: string) => line.split(' ').slice(0, 2).join(' ');

describe('a record', () => {
  const write = (writer: JournalWriter) => traceOf(() => append(writer), label).map(inBrief);
  const A1 = [...new Array<string>(5).fill('set record'), 'copyIn record'];
  const A2_TO_A4 = ['store commit', 'store bytes', 'store records'];

  test('is written, then committed, then counted, then published', () => {
    const writer = new JournalWriter(fresh(), GEOMETRY);
    expect(write(writer)).toEqual(['store base', ...A1, ...A2_TO_A4]);
    expect(write(writer)).toEqual([...A1, ...A2_TO_A4]);
  });

  test('that turns goes to a page which is closed, emptied, numbered and opened before', () => {
    const writer = new JournalWriter(fresh(), GEOMETRY);
    for (let n = 0; n < 2; n++) append(writer);
    const turn = ['store turns', 'rmw pins', 'store commit', 'store first', 'store before', 'rmw pins', 'store turns'];
    expect(write(writer)).toEqual([...turn, 'store base', ...A1, ...A2_TO_A4]);
  });

  test.each([0, 1, 3, 4, 5, 8, 27, 28])('of %i bytes, and those after it, lie within their pages', (length) => {
    const memory = fresh();
    const writer = new JournalWriter(memory, GEOMETRY);
    const pages = new JournalPages(memory, GEOMETRY);
    for (let n = 0; n < 8; n++) append(writer, (length + n) % (writer.maxLength + 1));
    const stride = pages.dataAt(1) - pages.dataAt(0);
    const ends: number[] = [];
    new JournalReader(memory, 0, GEOMETRY).walk((page) =>
      page.heads((_kind, _a, _b, n) => ends.push(((page.bodyAt(n) - pages.dataAt(0)) % stride) + page.lengthOf(n)) > 0),
    );
    expect(ends.length).toBeGreaterThan(2);
    for (const end of ends) expect(end).toBeLessThanOrEqual(GEOMETRY.pageBytes);
  });

  test('has its own time, also when it comes later than a page can tell', () => {
    const times = [5, 5 + 2 ** 32 - 1, 5 + 2 ** 32, 2 ** 40];
    const make = (): Model => {
      const memory = fresh();
      const write = () => {
        const writer = new JournalWriter(memory, GEOMETRY);
        for (const micros of times) append(writer, 4, micros);
      };
      const read = () => {
        const { records } = new JournalReader(memory, 0, GEOMETRY).snapshot();
        for (const { sequence, micros } of records) expect(micros).toBe(times[sequence]);
      };
      const check = () => expect(sequences(memory)).toEqual([0, 1, 2, 3]);
      return { threads: [write, read], check };
    };
    expect(explore(make, { preemptions: BOUND })).toMatchObject({ ok: true });
  });
});

/** Two readers beside each other, and nobody who writes. */
function readTwice(Reader: typeof JournalReader): Explored {
  const make = (): Model => {
    const memory = fresh();
    const writer = new JournalWriter(memory, GEOMETRY);
    for (let n = 0; n < 2; n++) append(writer);
    const read = (id: number) => () => {
      const reader = new Reader(memory, id, GEOMETRY);
      return [reader.read().kind, reader.read().kind];
    };
    const records = ['record', 'record'];
    return { threads: [read(0), read(1)], check: (results) => expect(results).toEqual([records, records]) };
  };
  return explore(make, { preemptions: BOUND });
}

/** Says `turning` when it could not set its bit at once. */
class GivesUp extends JournalReader {
  protected override pin(page: number): boolean {
    const at = this.pages.pinsAt(page);
    const pins = load(this.pages.words, at);
    return compareExchange(this.pages.words, at, pins, pins | this.bit) === pins;
  }
}

describe('turning', () => {
  test('is no answer while nobody turns, however many read', () => {
    expect(readTwice(JournalReader)).toMatchObject({ ok: true });
  });

  test('wrong twin is refused: gives up when another has moved', () => {
    expect(readTwice(GivesUp)).toMatchObject({ ok: false, error: expect.stringMatching(/^expected/) });
  });
});

test('a cursor that is set to another record of its page finds that record', () => {
  const memory = fresh();
  const writer = new JournalWriter(memory, GEOMETRY);
  for (let n = 0; n < 4; n++) append(writer);
  const reader = new JournalReader(memory, 0, GEOMETRY);
  for (const cursor of [0, 0, 1, 1, 3, 2, 1, 0]) {
    reader.cursor = cursor;
    expect(reader.read()).toMatchObject({ kind: 'record', record: { sequence: cursor, a: cursor } });
  }
});

test('who skips a page goes no further than what is published, though its writer was lost before it published', () => {
  const make = (): Model => {
    const memory = fresh();
    append(new JournalWriter(memory, GEOMETRY));
    const skip = () => {
      awaitEnd(0);
      const reader = new JournalReader(memory, 0, GEOMETRY);
      expect([reader.skip(), reader.cursor, reader.read().kind]).toEqual([reader.records(), reader.records(), 'empty']);
    };
    return { threads: [() => append(new JournalWriter(memory, GEOMETRY)), skip] };
  };
  expect(explore(make, { preemptions: BOUND, stall: [0] })).toMatchObject({ ok: true });
});

describe('a successor', () => {
  const ONE_A_PAGE: JournalGeometry = { pages: 4, pageBytes: HEAD_BYTES + 4, readers: 1 };

  test.each([0, 0x7ffffffe, 2 ** 31 + 5, 2 ** 32 - 1])(
    'takes unused pages before it takes those with records, from sequence %i on',
    (start) => {
      const memory = fresh(ONE_A_PAGE, start);
      for (const appends of [1, 2, 1]) {
        const writer = new JournalWriter(memory, ONE_A_PAGE);
        for (let n = 0; n < appends; n++) append(writer);
      }
      expect(sequences(memory, ONE_A_PAGE)).toEqual([start, start + 1, start + 2, start + 3]);
    },
  );
});
