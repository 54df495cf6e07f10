import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { largeFiles } from '../../src/daemon/large-files.ts';
import { settings } from '../../src/daemon/settings.ts';
import { type RunningProcess, stateFile } from '../../src/daemon/state-file.ts';

const scratches: string[] = [];
afterEach(() => {
  for (const scratch of scratches.splice(0)) rmSync(scratch, { recursive: true, force: true });
});

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'dtm-state-'));
  scratches.push(directory);
  return directory;
}

const RUNNING: RunningProcess = { process_id: 'dev', path: '/x', command: 'npm run dev', pid: 7, start_time: '9' };

test('what was written is read, until it is taken back', () => {
  const path = join(scratch(), 'state.json');
  const file = stateFile(path, () => {});
  expect(file.read()).toEqual([]);
  file.write([RUNNING]);
  expect(stateFile(path, () => {}).read()).toEqual([RUNNING]);
  file.remove();
  expect(file.read()).toEqual([]);
});

test('cut at any byte it is an empty one, never an error', () => {
  const path = join(scratch(), 'state.json');
  stateFile(path, () => {}).write([RUNNING]);
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length - 1; length++) {
    writeFileSync(path, whole.subarray(0, length));
    expect(stateFile(path, () => {}).read()).toEqual([]);
  }
});

test('entries of another shape are left out', () => {
  const path = join(scratch(), 'state.json');
  writeFileSync(path, JSON.stringify({ version: 1, running: [RUNNING, { ...RUNNING, pid: '7' }, null, 5] }));
  expect(stateFile(path, () => {}).read()).toEqual([RUNNING]);
});

test('a disk that refuses costs a line in the log', () => {
  const lines: string[] = [];
  stateFile(join(scratch(), 'missing/state.json'), (line) => lines.push(line)).write([RUNNING]);
  expect(lines).toHaveLength(1);
});

test('a link beside it is not followed', () => {
  const directory = scratch();
  const victim = join(directory, 'victim');
  writeFileSync(victim, 'mine');
  symlinkSync(victim, join(directory, 'state.json.next'));
  stateFile(join(directory, 'state.json'), () => {}).write([RUNNING]);
  expect(readFileSync(victim, 'utf8')).toBe('mine');
});

test('large values get a file each, numbered on, and the oldest go', () => {
  const save = largeFiles(join(scratch(), 'files'), null);
  const paths = Array.from({ length: 25 }, (_, n) => save(Buffer.from(String(n)), n % 2 === 0 ? 'har' : 'bin'));
  expect(new Set(paths).size).toBe(25);
  expect(readFileSync(paths.at(-1) ?? '', 'utf8')).toBe('24');
  expect(() => readFileSync(paths[0] ?? '')).toThrow();
  expect(readFileSync(paths[5] ?? '', 'utf8')).toBe('5');
});

test.each([
  [undefined, 600_000],
  ['', 600_000],
  ['5000', 5_000],
  ['-1', 600_000],
  ['soon', 600_000],
  ['1e99', 600_000],
])('DEVTOOL_MCP_IDLE_MS=%s means %s', (text, expected) => {
  expect(settings({ DEVTOOL_MCP_IDLE_MS: text }).idleMs).toBe(expected);
});
