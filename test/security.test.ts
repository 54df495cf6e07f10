/** `docs/security.md`: no threat without a promise, no promise without a test that exists. */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(`${ROOT}docs/security.md`, 'utf8');
const promises = page.slice(page.indexOf('## What is promised'), page.indexOf('## What is not promised'));
const rows = [...promises.matchAll(/^\| (T\d+)? ?\| (.+) \| (.+) \|$/gm)]
  .slice(1)
  .map(([, threat, promise, held = '']) => ({
    threat,
    promise,
    held: [...held.matchAll(/`((?:test|bench)\/[^`]+)`/g)].map(([, path = '']) => path),
  }));

test('each of the 26 threats has its row', () => {
  const threats = rows.flatMap(({ threat }) => threat ?? []);
  expect(threats).toEqual(Array.from({ length: 26 }, (_, at) => `T${at + 1}`));
});

test.each(rows)('$threat $promise', ({ held }) => {
  expect(held.length).toBeGreaterThan(0);
  for (const path of held) {
    expect(statSync(`${ROOT}${path}`).isFile(), path).toBe(true);
    const isTest = path.startsWith('test/');
    expect(readFileSync(`${ROOT}${path}`, 'utf8'), path).toMatch(isTest ? /\btest(\.each)?[(<]/ : /console\.log/);
  }
});
