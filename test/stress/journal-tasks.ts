/** What the threads of the journal's stress test do: one floods a journal, others read or look at it and judge what they see. */
import { JournalReader, type JournalRecord, JournalWriter, Segment } from '../../src/lockfree/index.ts';
import type { JournalGeometry } from '../../src/lockfree/journal-pages.ts';
import { IgnoresPins } from '../model/journal-twins.ts';
import { type Outcomes, outcomeTable } from './outcomes.ts';
import { randomFrom } from './random.ts';

export interface JournalTask {
  readonly buffer: SharedArrayBuffer;
  readonly geometry: JournalGeometry;
  readonly role: 'writer' | 'reader' | 'looker';
  /** The reader's number; also of its random numbers. */
  readonly thread: number;
  readonly seed: number;
  /** Records to write; a reader ends when it has come to the last one. */
  readonly records: number;
  readonly longest: number;
  /** In the place of the writer. */
  readonly twin?: 'ignores pins';
}

export interface JournalReport {
  readonly outcomes: Outcomes;
  /** Of a reader: records read, and records that it was told were lost. */
  readonly read: number;
  readonly lost: number;
}

/** A body that tells its record from every other: length and bytes follow from the sequence. */
export function bodyOf(sequence: number, seed: number, longest: number): Uint8Array {
  const random = randomFrom(seed ^ sequence);
  return new Uint8Array(random(longest + 1)).fill(random(256));
}

/** What is wrong with a copy, or `whole`. */
function judge({ sequence, kind, a, b, micros, body }: JournalRecord, seed: number, longest: number): string {
  const isHead = kind === (sequence | 0) && a === ~sequence && b === sequence >>> 1 && micros === sequence;
  const expected = bodyOf(sequence, seed, longest);
  const isBody = body.length === expected.length && body.every((byte, n) => byte === expected[n]);
  if (isHead && isBody) return 'whole';
  return `torn: sequence ${sequence} has kind ${kind}, ${body.length} bytes of ${body[0]} for ${expected.length} of ${expected[0]}`;
}

export function run(task: JournalTask): JournalReport {
  const memory = Segment.attach(task.buffer).region('journal');
  const Writer = task.twin === undefined ? JournalWriter : IgnoresPins;
  if (task.role === 'writer') return write(new Writer(memory, task.geometry), task);
  const reader = new JournalReader(memory, task.thread, task.geometry);
  return task.role === 'reader' ? read(reader, task) : look(reader, task);
}

function write(writer: JournalWriter, { seed, records, longest }: JournalTask): JournalReport {
  while (writer.records < records) {
    const n = writer.records;
    writer.append({ kind: n | 0, a: ~n, b: n >>> 1, micros: n }, bodyOf(n, seed, longest));
  }
  return { outcomes: { written: records }, read: 0, lost: 0 };
}

function read(reader: JournalReader, { seed, records, longest }: JournalTask): JournalReport {
  const { outcomes, saw } = outcomeTable();
  let done = 0;
  let lost = 0;
  while (done + lost < records) {
    const found = reader.read();
    saw(`read: ${found.kind}`);
    if (found.kind === 'lapped') lost += found.lost;
    if (found.kind !== 'record') continue;
    const { sequence } = found.record;
    if (sequence !== done + lost) saw(`out of order: ${sequence} for ${done + lost}`);
    saw(`record: ${judge(found.record, seed, longest)}`);
    done++;
  }
  return { outcomes, read: done, lost };
}

function look(reader: JournalReader, { seed, records, longest }: JournalTask): JournalReport {
  const { outcomes, saw } = outcomeTable();
  let last = 0;
  while (last < records) {
    const { records: kept, first, end, short } = reader.snapshot();
    saw(short ? 'snapshot: short' : 'snapshot: all');
    if (end < last) saw('snapshot: older than the one before');
    if (kept.some(({ sequence }, n) => sequence !== first + n) || first + kept.length !== end)
      saw('snapshot: with a gap');
    for (const record of kept) saw(`record: ${judge(record, seed, longest)}`);
    last = end;
  }
  return { outcomes, read: 0, lost: 0 };
}
