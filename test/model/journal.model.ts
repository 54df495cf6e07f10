/**
 * Journal under every interleaving: records whole and in order, losses counted exactly, snapshots without gaps, a writer that
 * never waits, and what a lost thread leaves is repaired. Wrong twins: journal-twins.ts.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JournalWriter } from '../../src/lockfree/journal.ts';
import { releaseReader, reopen } from '../../src/lockfree/journal-pages.ts';
import { type JournalRead, JournalReader } from '../../src/lockfree/journal-reader.ts';
import { BOUND, WIDE_BOUND } from './bound.ts';
import { forAll } from './chance.ts';
import { awaitEnd, type Explored, explore, type Model } from './counted.ts';
import { append, DEFAULTS, expectInOrder, expectWhole, fresh, held, run, type Setting } from './journal-scenario.ts';
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

const RACE = /^data race at byte/;
/** A page is closed or pinned at the end. */
const HELD = /^expected \[ 1073741824 \] to deeply equal \[\]/;
/** No order of the operations explains the history. */
const WRONG = /^expected false to be true/;
const READ: Setting['program'] = ['read'];
const SNAPSHOT: Setting['program'] = ['snapshot'];
/** A page of one record has room for 4 bytes. */
const fitting = (bodies: readonly number[], perPage: number) => bodies.filter((length) => perPage > 1 || length <= 4);

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
    ['a read inside the oldest page while it should go, then a snapshot', { before: 2, program: ['read', 'snapshot'] }],
    ['a snapshot inside it, then another', { before: 2, program: ['snapshot', 'snapshot'] }],
    ['bodies of no byte, of some, of a page', { perPage: 2, bodies: [0, 5, 28, 1], before: 5, appends: 3 }],
    ['a snapshot of these', { perPage: 2, bodies: [0, 5, 28, 1], before: 5, appends: 3, program: SNAPSHOT }],
  ])('%s', (_, setting) => {
    expect(run(setting)).toMatchObject({ ok: true });
  });

  const program = fc.array(fc.constantFrom('read' as const, 'snapshot' as const), { minLength: 1, maxLength: 2 });
  const records = fc.record({
    bodies: fc.array(fc.constantFrom(0, 1, 4, 5), { minLength: 1, maxLength: 3 }),
    start: fc.constantFrom(0, 0x7ffffffd, 2 ** 32 - 2),
    before: fc.integer({ min: 0, max: 4 }),
    appends: fc.integer({ min: 1, max: 2 }),
  });

  test('one reader, made up by chance, of whom it or the writer may stop for ever', () => {
    const others = fc.record({
      perPage: fc.integer({ min: 1, max: 2 }),
      pages: fc.integer({ min: 3, max: 4 }),
      stall: fc.constantFrom([], [0], [1]),
      program,
    });
    forAll(fc.tuple(records, others), 25, ([one, other]) => {
      expect(run({ ...one, ...other, bodies: fitting(one.bodies, other.perPage) })).toMatchObject({ ok: true });
    });
  });

  test('two readers, made up by chance', () => {
    const others = fc.record({ program, perPage: fc.integer({ min: 1, max: 2 }) });
    forAll(fc.tuple(records, others), 10, ([one, other]) => {
      const bodies = fitting(one.bodies, other.perPage);
      const made = { ...one, ...other, bodies, readers: 2, pages: 4, preemptions: BOUND - 1 };
      expect(run(made)).toMatchObject({ ok: true });
    });
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
        for (const record of after.records) expectWhole(record);
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
    expect(explore(make, { preemptions: WIDE_BOUND, stall: [1] })).toMatchObject({ ok: true });
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
