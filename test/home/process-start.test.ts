import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isOwnerAlive } from '../../src/home/owner.ts';
import { fromPsRow, isRunning, procStat, startTimeOf } from '../../src/home/process-start.ts';
import { until } from '../front/until.ts';

test('a process has one start time while it lives, and none afterwards', async () => {
  const child = spawn('sleep', ['60']);
  const pid = child.pid ?? 0;
  const start = startTimeOf(pid);
  expect(start).toMatch(/^\S/);
  expect(isRunning(pid, start ?? '')).toBe(true);
  expect(isRunning(pid, `${start}1`)).toBe(false);
  expect(isOwnerAlive({ pid, startTime: start ?? '' })).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(startTimeOf(pid)).toBeNull();
  expect(isOwnerAlive({ pid, startTime: start ?? '' })).toBe(false);
  expect(isOwnerAlive(null)).toBe(false);
});

test('a zombie has none', async () => {
  // `exec` makes the shell a program that does not know that it has a child to wait for.
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec tail -f /dev/null'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [text] = await once(parent.stdout, 'data');
  const zombie = Number(String(text));
  await until('it is one', () => procStat(zombie)?.[0] === 'Z');
  expect(startTimeOf(zombie)).toBeNull();
  parent.kill('SIGKILL');
  await once(parent, 'exit');
});

test('the name of a program cannot forge its fields', async () => {
  const child = spawn(process.execPath, [
    '-e',
    'process.title = ") Z 1 ("; console.log(1); setInterval(() => {}, 1e6)',
  ]);
  await once(child.stdout, 'data');
  expect(procStat(child.pid ?? 0)?.[1]).toBe(String(process.pid));
  expect(startTimeOf(child.pid ?? 0)).toMatch(/^\d+$/);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test.each([
  ['Ss   Mon Nov 23 15:04:05 2026\n', 'Mon Nov 23 15:04:05 2026'],
  ['S+ Mon Nov  3 15:04:05 2026', 'Mon Nov 3 15:04:05 2026'],
  ['Z    Mon Nov 23 15:04:05 2026', null],
  ['', null],
])('ps prints %j', (row, expected) => {
  expect(fromPsRow(row)).toBe(expected);
});
