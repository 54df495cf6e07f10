/**
 * A journal with one writer and some readers for the model checker, and what must be true of everything that they were told.
 */
import { expect } from 'vitest';
import { JournalWriter } from '../../src/lockfree/journal.ts';
import {
  HEAD_BYTES,
  JOURNAL,
  type JournalGeometry,
  type JournalMemory,
  JournalPages,
  journalBytes,
} from '../../src/lockfree/journal-pages.ts';
import {
  type JournalRead,
  JournalReader,
  type JournalRecord,
  type JournalSnapshot,
} from '../../src/lockfree/journal-reader.ts';
import { BOUND, WIDE_BOUND } from './bound.ts';
import { type Explored, explore, invoke, type Model, type Operation } from './counted.ts';
import { linearizable } from './linearizable.ts';

export interface Setting {
  readonly Writer?: typeof JournalWriter;
  readonly Reader?: typeof JournalReader;
  readonly readers?: number;
  readonly pages?: number;
  /** Records that fit on a page. */
  readonly perPage?: number;
  /** Sequence of the first record, and records appended before the threads begin. */
  readonly start?: number;
  readonly before?: number;
  readonly appends?: number;
  /** Lengths of the bodies, over and over. */
  readonly bodies?: readonly number[];
  /** What each reader does. */
  readonly program?: readonly ('read' | 'snapshot')[];
  readonly stall?: readonly number[];
  readonly preemptions?: number;
}

const BODY_BYTES = 4;
const BODIES: readonly number[] = [BODY_BYTES];
/** A record that can be told from every other, and from one that is torn. */
const bodyOf = (sequence: number, bodies: readonly number[]) =>
  new Uint8Array(bodies[sequence % bodies.length] ?? 0).fill(sequence % 251);
export const append = (writer: JournalWriter, bodies = BODIES) => {
  const n = writer.records;
  writer.append({ kind: n % 1_000, a: ~n, b: n >>> 1, micros: n % 1_000 }, bodyOf(n, bodies));
};

/** I1. */
export function expectWhole({ sequence, kind, a, b, micros, body }: JournalRecord, bodies = BODIES): void {
  expect([kind, a, b, micros]).toEqual([sequence % 1_000, ~sequence, (sequence >>> 1) | 0, sequence % 1_000]);
  expect(body).toEqual(bodyOf(sequence, bodies));
}

/** I2: what a reader was told, read by read, from its first cursor on; which records it was told were lost. */
export function expectInOrder(reads: readonly JournalRead[], start: number, bodies = BODIES): number[] {
  const lost: number[] = [];
  let expected = start;
  for (const read of reads) {
    if (read.kind === 'lapped') {
      expect(read.lost).toBeGreaterThan(0);
      for (let n = 0; n < read.lost; n++) lost.push(expected++);
    } else if (read.kind === 'record') {
      expect(read.record.sequence).toBe(expected++);
      expectWhole(read.record, bodies);
    }
  }
  return lost;
}

interface Log {
  readonly appended: number;
  readonly cursors: readonly number[];
}

/** The journal with one reader, or several: what each answer says about the records published so far. */
const specification = ({ readers, start, before, perPage, pages, bodies, program }: Required<Setting>) => {
  /** While an earlier look was inside the oldest page, a turn took the next one (I5). */
  const pinned = program.length > 1 ? perPage : 0;
  /** The oldest record kept at rest, with nobody inside. */
  const oldest = (end: number) => {
    const inNewest = ((end - start - 1) % perPage) + 1;
    return Math.max(start, end - ((pages - 1) * perPage + inNewest));
  };
  const answers = ({ appended }: Log, cursor: number, read: JournalRead): boolean => {
    if (read.kind === 'empty') return cursor === appended;
    if (read.kind === 'lapped') return cursor + read.lost <= appended;
    return cursor < appended && (read.kind === 'turning' || read.record.sequence === cursor);
  };
  return {
    init: { appended: start + before, cursors: new Array<number>(readers).fill(start) },
    key: (log: Log) => JSON.stringify(log),
    step(log: Log, { name, client, out }: Operation): [boolean, Log] {
      if (name === 'append') return [true, { ...log, appended: log.appended + 1 }];
      if (out === undefined) return [true, log];
      if (name === 'snapshot') {
        const { first, end, short } = out as JournalSnapshot;
        // The next append may have taken its page, and be short of its effect.
        const isAll =
          readers > 1 ||
          bodies.some((length) => length !== BODY_BYTES) ||
          (first >= oldest(end) && first <= oldest(end + 1) + pinned);
        return [end === log.appended && (short || isAll), log];
      }
      const read = out as JournalRead;
      const cursor = log.cursors[client - 1] ?? 0;
      const moved = read.kind === 'record' ? 1 : read.kind === 'lapped' ? read.lost : 0;
      const cursors = log.cursors.with(client - 1, cursor + moved);
      return [answers(log, cursor, read), { ...log, cursors }];
    },
  };
};

export const DEFAULTS: Required<Setting> = {
  ...{
    Writer: JournalWriter,
    Reader: JournalReader,
    readers: 1,
    pages: 3,
    perPage: 1,
    start: 0,
    before: 3,
    appends: 2,
    bodies: BODIES,
  },
  ...{ program: ['read', 'read'], stall: [], preemptions: BOUND },
};

export function fresh({ pages, perPage, readers, start, before, bodies }: Required<Setting>) {
  const geometry: JournalGeometry = { pages, pageBytes: perPage * (HEAD_BYTES + BODY_BYTES), readers };
  const buffer = new SharedArrayBuffer(journalBytes(geometry));
  const memory: JournalMemory = {
    ...{ words: new Int32Array(buffer), wide: new BigInt64Array(buffer), bytes: new Uint8Array(buffer) },
  };
  memory.wide[JOURNAL.at.records] = BigInt(start);
  const writer = new JournalWriter(memory, geometry);
  for (let n = 0; n < before; n++) append(writer, bodies);
  return { geometry, memory };
}

/** Pages that are closed, or pinned by somebody. */
export const held = (memory: JournalMemory, geometry: JournalGeometry) => {
  const pages = new JournalPages(memory, geometry);
  return Array.from({ length: geometry.pages }, (_, page) => memory.words[pages.pinsAt(page)] ?? 0).filter(
    (pins) => pins !== 0,
  );
};

/** T0 appends, T1 and on read; then everything that was said is compared with what a journal is. */
function model(setting: Required<Setting>): Model {
  const { geometry, memory } = fresh(setting);
  const { Writer, Reader, readers, start, appends, program, stall, bodies } = setting;
  const write = () => {
    const writer = new Writer(memory, geometry);
    for (let n = 0; n < appends; n++) invoke('append', writer.records, () => append(writer, bodies));
  };
  const reader = (id: number) => () => {
    const one = new Reader(memory, id, geometry, start);
    for (const what of program) invoke(what, '', () => (what === 'read' ? one.read() : one.snapshot()));
  };
  return {
    threads: [write, ...Array.from({ length: readers }, (_, id) => reader(id))],
    check(_results, history) {
      const kept = new JournalReader(memory, 0, geometry).snapshot().records.map(({ sequence }) => sequence);
      for (let client = 1; client <= readers; client++) {
        const told = history.filter((one) => one.client === client && one.out !== undefined);
        const lost = expectInOrder(
          told.filter(({ name }) => name === 'read').map(({ out }) => out as JournalRead),
          start,
          bodies,
        );
        expect(kept.filter((sequence) => lost.includes(sequence))).toEqual([]);
        for (const { out } of told.filter(({ name }) => name === 'snapshot')) {
          const { records, first, end } = out as JournalSnapshot;
          expect(records.map(({ sequence }) => sequence)).toEqual(
            Array.from({ length: end - first }, (__, n) => first + n),
          ); // I4
          for (const record of records) expectWhole(record, bodies);
        }
      }
      expect(linearizable(history, specification(setting))).toBe(true);
      if (stall.length === 0) expect(held(memory, geometry)).toEqual([]);
    },
  };
}

/** Explores the defaults with what is said otherwise. */
export const run = (some: Setting): Explored => {
  const preemptions = (some.readers ?? 1) > 1 ? WIDE_BOUND : BOUND;
  const setting = { ...DEFAULTS, preemptions, ...some };
  return explore(() => model(setting), { preemptions: setting.preemptions, stall: setting.stall });
};
