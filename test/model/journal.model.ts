/**
 * Journal under every interleaving: records whole and in order, losses counted exactly, snapshots without gaps, a writer that
 * never waits, and what a lost thread leaves is repaired. Wrong twins: journal-twins.ts.
 */
import { describe, expect, test } from 'vitest';
import { JournalWriter } from '../../src/lockfree/journal.ts';
import {
  HEAD_BYTES,
  JOURNAL,
  type JournalGeometry,
  type JournalMemory,
  JournalPages,
  journalBytes,
  releaseReader,
  reopen,
} from '../../src/lockfree/journal-pages.ts';
import {
  type JournalRead,
  JournalReader,
  type JournalRecord,
  type JournalSnapshot,
} from '../../src/lockfree/journal-reader.ts';
import { BOUND } from './bound.ts';
import { awaitEnd, type Explored, explore, invoke, type Model, type Operation } from './explore.ts';
import {
  IgnoresPins,
  LapsPastEnd,
  LeavesClosed,
  LooksOnce,
  MissesLongTurn,
  NeverShort,
  NoSecondLook,
  OpensByMask,
  OpensEarly,
  PinsClosed,
  PublishesFirst,
  SaysNothing,
  SkipsPinned,
  UnpinsEarly,
} from './journal-twins.ts';
import { linearizable } from './linearizable.ts';

interface Setting {
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
  /** What each reader does. */
  readonly program?: readonly ('read' | 'snapshot')[];
  readonly stall?: readonly number[];
  readonly preemptions?: number;
}

const BODY_BYTES = 4;
/** A record that can be told from every other, and from one that is torn. */
const bodyOf = (sequence: number) => new Uint8Array(BODY_BYTES).fill(sequence % 251);
const append = (writer: JournalWriter) => {
  const n = writer.records;
  writer.append({ kind: n % 1_000, a: ~n, b: n >>> 1, micros: n % 1_000 }, bodyOf(n));
};

/** I1. */
function expectWhole({ sequence, kind, a, b, micros, body }: JournalRecord): void {
  expect([kind, a, b, micros]).toEqual([sequence % 1_000, ~sequence, (sequence >>> 1) | 0, sequence % 1_000]);
  expect(body).toEqual(bodyOf(sequence));
}

/** I2: what a reader was told, read by read, from its first cursor on; which records it was told were lost. */
function expectInOrder(reads: readonly JournalRead[], start: number): number[] {
  const lost: number[] = [];
  let expected = start;
  for (const read of reads) {
    if (read.kind === 'lapped') {
      expect(read.lost).toBeGreaterThan(0);
      for (let n = 0; n < read.lost; n++) lost.push(expected++);
    } else if (read.kind === 'record') {
      expect(read.record.sequence).toBe(expected++);
      expectWhole(read.record);
    }
  }
  return lost;
}

interface Log {
  readonly appended: number;
  readonly cursors: readonly number[];
}

/** The journal with one reader, or several: what each answer says about the records published so far. */
const specification = ({ readers, start, before, perPage, pages }: Required<Setting>) => {
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
        const isAll = readers > 1 || (first >= oldest(end) && first <= oldest(end + 1));
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

const DEFAULTS: Required<Setting> = {
  ...{
    Writer: JournalWriter,
    Reader: JournalReader,
    readers: 1,
    pages: 3,
    perPage: 1,
    start: 0,
    before: 3,
    appends: 2,
  },
  ...{ program: ['read', 'read'], stall: [], preemptions: BOUND },
};

function fresh({ pages, perPage, readers, start, before }: Required<Setting>) {
  const geometry: JournalGeometry = { pages, pageBytes: perPage * (HEAD_BYTES + BODY_BYTES), readers };
  const buffer = new SharedArrayBuffer(journalBytes(geometry));
  const memory: JournalMemory = {
    ...{ words: new Int32Array(buffer), wide: new BigInt64Array(buffer), bytes: new Uint8Array(buffer) },
  };
  memory.wide[JOURNAL.at.records] = BigInt(start);
  const writer = new JournalWriter(memory, geometry);
  for (let n = 0; n < before; n++) append(writer);
  return { geometry, memory };
}

/** Pages that are closed, or pinned by somebody. */
const held = (memory: JournalMemory, geometry: JournalGeometry) => {
  const pages = new JournalPages(memory, geometry);
  return Array.from({ length: geometry.pages }, (_, page) => memory.words[pages.pinsAt(page)] ?? 0).filter(
    (pins) => pins !== 0,
  );
};

/** T0 appends, T1 and on read; then everything that was said is compared with what a journal is. */
function model(setting: Required<Setting>): Model {
  const { geometry, memory } = fresh(setting);
  const { Writer, Reader, readers, start, appends, program, stall } = setting;
  const write = () => {
    const writer = new Writer(memory, geometry);
    for (let n = 0; n < appends; n++) invoke('append', writer.records, () => append(writer));
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
        );
        expect(kept.filter((sequence) => lost.includes(sequence))).toEqual([]);
        for (const { out } of told.filter(({ name }) => name === 'snapshot')) {
          const { records, first, end } = out as JournalSnapshot;
          expect(records.map(({ sequence }) => sequence)).toEqual(
            Array.from({ length: end - first }, (__, n) => first + n),
          ); // I4
          records.forEach(expectWhole);
        }
      }
      expect(linearizable(history, specification(setting))).toBe(true);
      if (stall.length === 0) expect(held(memory, geometry)).toEqual([]);
    },
  };
}

const run = (some: Setting): Explored => {
  const setting = { ...DEFAULTS, ...some };
  return explore(() => model(setting), { preemptions: setting.preemptions, stall: setting.stall });
};

const RACE = /^data race at byte/;
/** A page is closed or pinned at the end. */
const HELD = /^expected \[ 1073741824 \] to deeply equal \[\]/;
/** No order of the operations explains the history. */
const WRONG = /^expected false to be true/;
const READ: Setting['program'] = ['read'];
const SNAPSHOT: Setting['program'] = ['snapshot'];

describe('every answer is right', () => {
  test.each<[string, Setting]>([
    ['reads while each append turns', {}],
    ['reads from an empty journal', { before: 0, appends: 3 }],
    ['two records a page', { perPage: 2, before: 5, appends: 3 }],
    ['two readers', { readers: 2, pages: 4, before: 4, program: READ }],
    ['more pages than needed', { pages: 5, before: 5 }],
    ['three reads, four turns', { appends: 4, program: ['read', 'read', 'read'] }],
    ['int32 wraps', { start: 0x7ffffffd }],
    ['uint32 wraps', { start: 2 ** 32 - 4 }],
    ['a snapshot while each append turns', { program: SNAPSHOT }],
    ['a snapshot from an empty journal', { program: SNAPSHOT, before: 0, appends: 3 }],
    ['a snapshot of two records a page', { program: SNAPSHOT, perPage: 2, before: 5, appends: 3 }],
    ['a snapshot at the wrap', { program: SNAPSHOT, start: 2 ** 32 - 4 }],
    ['a snapshot beside a reader', { program: SNAPSHOT, readers: 2, pages: 4, before: 4, appends: 1 }],
    ['a snapshot, then a read', { program: ['snapshot', 'read'] }],
  ])('%s', (_, setting) => {
    expect(run(setting)).toMatchObject({ ok: true });
  });
});

/** A writer that may be lost; then the control thread looks, repairs, looks again, and takes its place. */
function succeed(Reader: typeof JournalReader): Explored {
  const make = (): Model => {
    const { geometry, memory } = fresh({ ...DEFAULTS, readers: 2, pages: 4, before: 4 });
    const dying = () => {
      const writer = new JournalWriter(memory, geometry);
      for (let n = 0; n < 2; n++) append(writer);
    };
    const control = () => {
      awaitEnd(0);
      const before = new Reader(memory, 1, geometry).snapshot();
      reopen(memory, geometry);
      const after = new Reader(memory, 1, geometry).snapshot();
      const successor = new JournalWriter(memory, geometry);
      append(successor);
      const last = new Reader(memory, 1, geometry, successor.records - 1).read();
      return { before, after, last, records: successor.records };
    };
    const bystander = () => new JournalReader(memory, 0, geometry).read();
    return {
      threads: [dying, control, bystander],
      check([, answers, beside]) {
        const { before, after, last, records } = answers as ReturnType<typeof control>;
        after.records.forEach(expectWhole);
        expect(after.short).toBe(false);
        if (!before.short) expect(before.first).toBe(after.first);
        expect(after.end - after.first).toBeGreaterThanOrEqual(2);
        expect(records - after.end).toBeLessThanOrEqual(2); // its own, and one that was committed but not published
        expect(last).toMatchObject({ kind: 'record', record: { sequence: records - 1 } });
        expectInOrder([beside as JournalRead], 0);
        expect(held(memory, geometry)).toEqual([]);
      },
    };
  };
  return explore(make, { preemptions: BOUND - 1, stall: [0] });
}

describe('a thread that stops for ever at any step', () => {
  test.each<[string, Setting]>([
    ['the reader: the writer finishes', { stall: [1], appends: 3 }],
    ['the reader in a snapshot: the writer finishes', { stall: [1], appends: 3, program: SNAPSHOT }],
    ['the writer: the reader finishes', { stall: [0] }],
    ['the writer: a snapshot finishes', { stall: [0], program: SNAPSHOT }],
    [
      'both readers: the writer finishes',
      { stall: [1, 2], readers: 2, pages: 4, before: 4, program: READ, preemptions: 1 },
    ],
  ])('%s', (_, setting) => {
    expect(run(setting)).toMatchObject({ ok: true });
  });

  test('the writer: after reopen everything published is read, and its successor goes on', () => {
    expect(succeed(JournalReader)).toMatchObject({ ok: true });
  });

  test('wrong twin is refused: a snapshot that misses a turn without end', () => {
    expect(succeed(MissesLongTurn)).toMatchObject({ ok: false, error: expect.stringMatching(/expected \d to be/) });
  });

  test('a reader: its page is given back while the writer goes on', () => {
    const setting = { ...DEFAULTS, appends: 2 };
    const make = (): Model => {
      const { geometry, memory } = fresh(setting);
      const write = () => {
        const writer = new JournalWriter(memory, geometry);
        for (let n = 0; n < 2; n++) append(writer);
      };
      const dying = () => void new JournalReader(memory, 0, geometry, 0).read();
      const control = () => {
        awaitEnd(1);
        releaseReader(memory, geometry, 0);
      };
      return { threads: [write, dying, control], check: () => expect(held(memory, geometry)).toEqual([]) };
    };
    expect(explore(make, { preemptions: BOUND, stall: [1] })).toMatchObject({ ok: true });
  });
});

describe('wrong twins are refused, where the journal passes', () => {
  test.each<[string, RegExp, Setting]>([
    ['publishes before it writes', RACE, { Writer: PublishesFirst, before: 0 }],
    ['ignores pins', RACE, { Writer: IgnoresPins }],
    ['passes over pinned pages', /^pages=3: all are pinned/, { Writer: SkipsPinned, preemptions: 3 }],
    ['looks once', /^pages=3: all are pinned/, { Writer: LooksOnce, preemptions: 3 }],
    ['opens a page before it is recycled', RACE, { Writer: OpensEarly }],
    ['leaves pages closed', HELD, { Writer: LeavesClosed }],
    ['opens by overwriting', RACE, { Writer: OpensByMask, preemptions: 3 }],
    ['unpins early', RACE, { Reader: UnpinsEarly }],
    ['does not look again', RACE, { Reader: NoSecondLook }],
    ['pins closed pages', RACE, { Reader: PinsClosed, preemptions: 3 }],
    ['says empty for turning', WRONG, { Reader: SaysNothing }],
    [
      'laps past the end',
      /^expected \[ 3 \] to deeply equal \[\]/,
      { Reader: LapsPastEnd, appends: 3, program: READ, preemptions: 3 },
    ],
    ['a snapshot that is never short', WRONG, { Reader: NeverShort, program: SNAPSHOT, appends: 3 }],
  ])('%s', (_, error, setting) => {
    expect(run(setting)).toMatchObject({ ok: false, error: expect.stringMatching(error) });
    const { Writer, Reader, ...right } = setting;
    expect(run(right)).toMatchObject({ ok: true });
  });
});
