/** The page of each structure: every heading, in one order, none without text, and the tests that it names are there. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const HEADINGS = [
  'What',
  'Roles',
  'Layout',
  'States',
  'Algorithm',
  'Invariants',
  'Ordering',
  'Effect',
  'Progress',
  'Wrap/ABA',
  'Crash',
  'Cost',
  'Not given',
  'Source',
  'Checked by',
];
const root = new URL('../../', import.meta.url);

const pagesOf = (file: string): string[] =>
  readFileSync(new URL(`src/${file}`, root), 'utf8')
    .split('/**')
    .filter((comment) => comment.includes('\n * What  '))
    .map((comment) => comment.slice(0, comment.indexOf('*/')));

/** Headings stand where lines of a page begin, twelve columns before its text. */
const headingsOf = (page: string): string[] =>
  [...page.matchAll(/^ \* (\S.{0,10}?) {2,}\S/gm)].map(([, found = '']) => found);

test.each([
  ['lockfree/state-word.ts', 1],
  ['lockfree/counters.ts', 2],
  ['lockfree/registry.ts', 1],
  ['lockfree/journal.ts', 1],
  ['lockfree/ring-buffer.ts', 1],
  ['lockfree/park.ts', 1],
  ['lockfree/segment.ts', 1],
  ['process/cell.ts', 1],
])('%s', (file, count) => {
  const pages = pagesOf(file);
  expect(pages).toHaveLength(count);
  for (const page of pages) {
    expect(headingsOf(page)).toEqual(HEADINGS);
    const tests = page.match(/test\/[\w/.-]+\.ts/g) ?? [];
    expect(tests.length).toBeGreaterThan(1);
    expect(tests.filter((name) => !existsSync(new URL(name, root)))).toEqual([]);
  }
});
