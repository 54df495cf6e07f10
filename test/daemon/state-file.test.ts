import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
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
const STATE = { running: [RUNNING], autostart: [{ path: '/x', scripts: ['dev'] }] };
const EMPTY = { running: [], autostart: [], writtenAt: 0, ignored: null };

const fileAt = (path: string, log: (line: string) => void = () => {}) => stateFile(path, () => 1_234, log);

test('what was written is read, until it is taken back', async () => {
  const path = join(scratch(), 'state.json');
  const file = fileAt(path);
  expect(file.read()).toEqual(EMPTY);
  await file.write(STATE);
  expect(fileAt(path).read()).toEqual({ ...STATE, writtenAt: 1_234, ignored: null });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  file.remove();
  expect(file.read()).toEqual(EMPTY);
});

test('cut at any byte it is an empty one that says so, never an error', async () => {
  const path = join(scratch(), 'state.json');
  await fileAt(path).write(STATE);
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length - 1; length++) {
    writeFileSync(path, whole.subarray(0, length));
    expect(fileAt(path).read()).toEqual({ ...EMPTY, ignored: `its ${length} characters are no JSON` });
  }
});

test('a writer that is cut off at any byte leaves what was there', async () => {
  const path = join(scratch(), 'state.json');
  await fileAt(path).write(STATE);
  const whole = readFileSync(path);
  for (let length = 0; length <= whole.length; length++) {
    writeFileSync(`${path}.next`, whole.subarray(0, length));
    expect(fileAt(path).read().running).toEqual([RUNNING]);
    const next = { ...STATE, running: [{ ...RUNNING, pid: length + 8 }] };
    await fileAt(path).write(next);
    expect(fileAt(path).read().running).toEqual(next.running);
    await fileAt(path).write(STATE);
  }
});

test('entries of another shape are left out, another version is not used', () => {
  const path = join(scratch(), 'state.json');
  const running = [RUNNING, { ...RUNNING, pid: '7' }, null, 5];
  const autostart = [...STATE.autostart, { path: 1, scripts: [] }, { path: '/y', scripts: [3] }, null];
  writeFileSync(path, JSON.stringify({ version: 2, running, autostart }));
  expect(fileAt(path).read()).toEqual({ ...STATE, writtenAt: 0, ignored: null });
  writeFileSync(path, JSON.stringify({ version: 1, running }));
  expect(fileAt(path).read()).toEqual({ ...EMPTY, ignored: 'version 1 is not ours' });
});

test('a disk that refuses costs a line in the log', async () => {
  const lines: string[] = [];
  await fileAt(join(scratch(), 'missing/state.json'), (line) => lines.push(line)).write(STATE);
  expect(lines).toHaveLength(1);
});

test('a link beside it is not followed', async () => {
  const directory = scratch();
  const victim = join(directory, 'victim');
  writeFileSync(victim, 'mine');
  symlinkSync(victim, join(directory, 'state.json.next'));
  await fileAt(join(directory, 'state.json')).write(STATE);
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
