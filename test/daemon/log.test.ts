import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openLog } from '../../src/daemon/log.ts';

const scratch = mkdtempSync(join(tmpdir(), 'dtm-log-'));
let number = 0;
const fresh = () => {
  number += 1;
  const directory = join(scratch, String(number));
  mkdirSync(directory);
  return join(directory, 'daemon.log');
};
const now = () => '2026-01-02T03:04:05.678Z';
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('a line each with its time, one entry stays one entry, the user’s alone', () => {
  const path = fresh();
  const log = openLog(path, now);
  log('first');
  log('second\nwith a stack');
  log('x'.repeat(100_000));
  const [first, second, third, long] = readFileSync(path, 'utf8').split('\n');
  expect([first, second, third]).toEqual([`${now()} first`, `${now()} second`, '  with a stack']);
  expect(long?.length).toBeLessThan(10_000);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('goes on in the file that is there', () => {
  const path = fresh();
  openLog(path, now)('one');
  openLog(path, now)('two');
  expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(2);
});

test('never more than two files of 2 MiB, the newest lines in the first', () => {
  const path = fresh();
  const log = openLog(path, now);
  for (let n = 0; n < 1_500; n++) log(`${n} ${'x'.repeat(8_000)}`);
  const [most, least] = [2 * 1_048_576 + 10_000, 1_000];
  for (const file of [path, `${path}.1`]) {
    expect(statSync(file).size).toBeLessThan(most);
    expect(statSync(file).size).toBeGreaterThan(least);
  }
  expect(readFileSync(path, 'utf8').trim().split('\n').at(-1)).toContain(' 1499 ');
  expect(existsSync(`${path}.2`)).toBe(false);
});

test('never throws, never writes through a link, and goes on when it can again', () => {
  const path = fresh();
  const target = `${path}.target`;
  writeFileSync(target, '');
  symlinkSync(target, path);
  const log = openLog(path, now);
  log('lost');
  expect(readFileSync(target, 'utf8')).toBe('');
  rmSync(path);
  log('kept');
  expect(readFileSync(path, 'utf8')).toContain('kept');
  expect(lstatSync(path).isFile()).toBe(true);
  openLog(join(path, 'below'), now)('lost');
  openLog('/dev/full', now)('lost');
});

test('a full disk costs no descriptor for each lost line', () => {
  const descriptors = () => readdirSync('/dev/fd').length;
  const log = openLog('/dev/full', now);
  log('lost');
  const before = descriptors();
  for (let n = 0; n < 100; n++) log('lost');
  expect(descriptors() - before).toBeLessThan(10);
});
