import { expect, test } from 'vitest';
import { JournalWriter } from '../../src/lockfree/journal.ts';
import { journalBytes } from '../../src/lockfree/journal-pages.ts';
import { JournalReader } from '../../src/lockfree/journal-reader.ts';
import { PageLog } from '../../src/proxy/page-log.ts';
import { PAGE_JOURNALS, PageTap } from '../../src/proxy/page-tap.ts';

const GEOMETRY = { pages: 6, pageBytes: 4_096, readers: 3 };

function log() {
  const memories = PAGE_JOURNALS.map((name) => {
    const buffer = new SharedArrayBuffer(journalBytes(GEOMETRY));
    const memory = { words: new Int32Array(buffer), wide: new BigInt64Array(buffer), bytes: new Uint8Array(buffer) };
    return [name, memory] as const;
  });
  const each = <T>(make: (memory: (typeof memories)[number][1]) => T) =>
    new Map(memories.map(([name, memory]) => [name, make(memory)] as const));
  let id = 0;
  const tap = new PageTap(
    each((memory) => new JournalWriter(memory, GEOMETRY)),
    () => ++id,
  );
  return { tap, log: new PageLog(each((memory) => new JournalReader(memory, 0, GEOMETRY))) };
}

test('entries of all kinds come back by time, and by kind, page and id', () => {
  const { tap, log: pages } = log();
  tap.keep(7, { kind: 'error', facts: { message: 'first' } }, 10, 10);
  tap.keep(7, { kind: 'console', facts: { text: 'third' } }, 30, 30);
  tap.keep(8, { kind: 'network', facts: { url: 'second' } }, 20, 40);
  expect(pages.records({}).map(({ id, kind, page, micros }) => [id, kind, page, micros])).toEqual([
    [1, 'error', 7, 10],
    [3, 'network', 8, 20],
    [2, 'console', 7, 30],
  ]);
  expect(pages.records({ kinds: ['error'] }).map(({ facts }) => facts)).toEqual([{ message: 'first' }]);
  expect(pages.records({ page: 8 })).toHaveLength(1);
  expect(pages.records({ after: 2 }).map(({ id }) => id)).toEqual([3]);
});

test('an entry that came late keeps its own time, and when it was heard of', () => {
  const { tap, log: pages } = log();
  tap.keep(1, { kind: 'console', facts: { text: 'b' } }, 50, 50);
  tap.keep(1, { kind: 'console', facts: { text: 'a' } }, 40, 60);
  expect(pages.records({}).map(({ facts, micros, heard }) => [facts['text'], micros, heard])).toEqual([
    ['a', 40, 60],
    ['b', 50, 50],
  ]);
  expect(pages.records({ heardAfter: 50 }).map(({ facts }) => facts['text'])).toEqual(['a']);
  expect(pages.records({ heardAfter: 60 })).toEqual([]);
});

test('chatter does not evict errors, and what is too large is kept in part', () => {
  const { tap, log: pages } = log();
  tap.keep(1, { kind: 'error', facts: { message: 'x'.repeat(10_000) } }, 1, 1);
  for (let i = 0; i < 1_000; i++)
    tap.keep(1, { kind: 'console', facts: { text: `line ${i} ${'.'.repeat(50)}` } }, i, i);
  const [error] = pages.records({ kinds: ['error'] });
  expect(String(error?.facts['message'])).toMatch(/^x{2000}… \(too large to keep\)$/);
  const { total, available } = pages.totals('console');
  expect(total).toBe(1_000);
  expect(available).toBe(pages.records({ kinds: ['console'] }).length);
  expect(available).toBeLessThan(1_000);
});
