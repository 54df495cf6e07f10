/**
 * Corners of the journal that need more threads or a longer history than journal.model.ts has: the second look at closed pages
 * while one reader stays and another moves, what a writer that was lost in its turn leaves to a successor, totals beside reads.
 */

import { describe, expect, test } from 'vitest';
import { load, store, storeWide } from '#atomic';
import { JournalWriter } from '../../src/lockfree/journal.ts';
import {
  CLOSED,
  HEAD_BYTES,
  JOURNAL,
  type JournalGeometry,
  type JournalMemory,
  JournalPages,
  journalBytes,
} from '../../src/lockfree/journal-pages.ts';
import { JournalReader, type JournalRecord } from '../../src/lockfree/journal-reader.ts';
import { BOUND } from './bound.ts';
import { awaitEnd, type Explored, explore } from './counted.ts';

const BODY_BYTES = 4;
const bodyOf = (sequence: number) => new Uint8Array(BODY_BYTES).fill(sequence + 1);
const append = (writer: JournalWriter) => {
  const n = writer.records;
  writer.append({ kind: n, a: ~n, b: n, micros: n }, bodyOf(n));
};
const expectWhole = ({ sequence, kind, a, b, micros, body }: JournalRecord) => {
  expect([kind, a, b, micros]).toEqual([sequence, ~sequence, sequence, sequence]);
  expect(body).toEqual(bodyOf(sequence));
};

function fresh(geometry: JournalGeometry, records: number): JournalMemory {
  const buffer = new SharedArrayBuffer(journalBytes(geometry));
  const memory = { words: new Int32Array(buffer), wide: new BigInt64Array(buffer), bytes: new Uint8Array(buffer) };
  const writer = new JournalWriter(memory, geometry);
  for (let n = 0; n < records; n++) append(writer);
  return memory;
}

/** T3 takes the first closed page, whether or not its readers have left. */
class TakesAnyClosed extends JournalWriter {
  protected override takeFree(closed: number[]): number | undefined {
    for (const page of this.byAge()) {
      closed.push(page);
      if (this.close(page) === 0) return page;
    }
    return closed.find((page) => (load(this.pages.words, this.pages.pinsAt(page)) & CLOSED) !== 0);
  }
}

/** T4 in the other order: a page that has its new number and its old records. */
class NumbersFirst extends JournalWriter {
  protected override recycle(page: number): void {
    store(this.pages.words, this.pages.firstAt(page), this.sequence | 0);
    super.recycle(page);
  }
}

/** A4 before A3: a record can be read whose bytes are not counted yet. */
class CountsLate extends JournalWriter {
  protected override publish(): void {
    storeWide(this.pages.wide, JOURNAL.at.records, BigInt(this.sequence));
    super.publish();
  }
}

/** One turn of a full journal, while a reader stays in the oldest page for ever and another goes from page to page. */
function turnAmongReaders(Writer: typeof JournalWriter): Explored {
  const geometry: JournalGeometry = { pages: 4, pageBytes: HEAD_BYTES + BODY_BYTES, readers: 2 };
  const make = () => {
    const memory = fresh(geometry, geometry.pages);
    const pages = new JournalPages(memory, geometry);
    pages.pin(0, 1 << 0);
    const move = () => {
      const reader = new JournalReader(memory, 1, geometry, 1);
      for (let n = 0; n < 2; n++) reader.read();
    };
    const check = () => expect(memory.words[pages.firstAt(0)], 'first of the page that a reader is in').toBe(0);
    return { threads: [() => append(new Writer(memory, geometry)), move], check };
  };
  return explore(make, { preemptions: 3 });
}

/** A writer that is lost at any step of two appends that turn; its successor appends, then everything that is kept is looked at. */
function succeed(Writer: typeof JournalWriter, perPage: number): Explored {
  const geometry: JournalGeometry = { pages: 3, pageBytes: perPage * (HEAD_BYTES + BODY_BYTES), readers: 1 };
  const before = geometry.pages * perPage;
  const make = () => {
    const memory = fresh(geometry, before);
    const lost = () => {
      const writer = new Writer(memory, geometry);
      for (let n = 0; n < perPage + 1; n++) append(writer);
    };
    const heir = () => {
      awaitEnd(0);
      const reader = new JournalReader(memory, 0, geometry);
      const published = reader.records();
      append(new JournalWriter(memory, geometry));
      return { published, snapshot: reader.snapshot(), bytes: reader.bytes() };
    };
    return {
      threads: [lost, heir],
      check([, answer]: readonly unknown[]) {
        const { published, snapshot, bytes } = answer as ReturnType<typeof heir>;
        const { records, first, end, short } = snapshot;
        expect(short).toBe(false);
        expect(records.map(({ sequence }) => sequence)).toEqual(
          Array.from({ length: end - first }, (_, n) => first + n),
        );
        records.forEach(expectWhole);
        expect(bytes).toBe(end * BODY_BYTES);
        // Its own record, and at most the one that the lost writer had committed and not published.
        expect([published + 1, published + 2]).toContain(end);
        expect(end - first).toBeGreaterThan((geometry.pages - 2) * perPage);
      },
    };
  };
  return explore(make, { preemptions: BOUND, stall: [0] });
}

describe('a turn among readers of which one stays and one moves', () => {
  test('takes a page that nobody is in', () => {
    expect(turnAmongReaders(JournalWriter)).toMatchObject({ ok: true });
  });

  test('wrong twin is refused: takes any closed page', () => {
    expect(turnAmongReaders(TakesAnyClosed).error).toMatch(/^first of the page that a reader is in/);
  });
});

describe('the successor of a writer that was lost at any step', () => {
  test.each([1, 2])('goes on with every kept record whole, %i on a page', (perPage) => {
    expect(succeed(JournalWriter, perPage)).toMatchObject({ ok: true });
  });

  test('wrong twin is refused: numbers a page before it is emptied', () => {
    expect(succeed(NumbersFirst, 1)).toMatchObject({ ok: false, error: expect.stringMatching(/^expected/) });
  });
});

/** A reader that asks for the bytes ever written after each record. */
function countBesideReads(Writer: typeof JournalWriter): Explored {
  const geometry: JournalGeometry = { pages: 3, pageBytes: 2 * (HEAD_BYTES + BODY_BYTES), readers: 1 };
  return explore(
    () => {
      const memory = fresh(geometry, 1);
      const count = () => {
        const reader = new JournalReader(memory, 0, geometry);
        for (let n = 0; n < 2; n++) {
          reader.read();
          expect(reader.bytes()).toBeGreaterThanOrEqual(reader.cursor * BODY_BYTES);
        }
      };
      return { threads: [() => append(new Writer(memory, geometry)), count] };
    },
    { preemptions: BOUND, stall: [0] },
  );
}

describe('the bytes ever written', () => {
  test('have those of every record that could be read', () => {
    expect(countBesideReads(JournalWriter)).toMatchObject({ ok: true });
  });

  test('wrong twin is refused: counts late', () => {
    expect(countBesideReads(CountsLate)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^expected 4 to be/),
    });
  });
});
