import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/process/clock.ts';
import { createCensus } from '../../../src/process/os/census.ts';
import { newMarker, runEntry } from '../../../src/process/os/marker.ts';
import { stopTree } from '../../../src/process/os/stop-tree.ts';
import { isThere, type RealTree, startTree, system } from './real-tree.ts';

const clock = systemClock(process.hrtime.bigint());
const marker = newMarker(crypto.getRandomValues(new Uint8Array(16)));
let lastRun = 0;
const started: RealTree[] = [];

async function tree(command: readonly [string, ...string[]], env: Record<string, string> = {}) {
  lastRun += 1;
  const real = await startTree(marker, lastRun, command, env);
  started.push(real);
  return { ...real, census: createCensus(system, real.leader, runEntry(marker, lastRun)) };
}

afterEach(() => {
  for (const { child, pids } of started.splice(0))
    for (const pid of [child.pid ?? 0, ...pids]) if (pid > 1 && isThere(pid)) process.kill(pid, 'SIGKILL');
});

const SHAPES = [
  'child',
  'orphan',
  'setsid',
  'double-fork',
  'empty-environment',
  'deep',
  'stopped',
  'node',
  'wide*50',
] as const;

describe('every shape of tree is ended whole', () => {
  test.each(SHAPES)('%s', async (shape) => {
    const { census, pids, leader, exited } = await tree(['node', 'tree.mjs', shape]);
    expect(census.members().map(({ pid }) => pid)).toEqual(expect.arrayContaining([leader.pid, ...pids]));
    expect(await stopTree(system, census, { force: false, graceMs: 5_000 }, clock)).toEqual({
      gone: true,
      forced: false,
    });
    expect(pids.filter(isThere)).toEqual([]);
    expect(await exited).toEqual([null, 'SIGTERM']);
  });

  test.each(SHAPES)('%s, deaf to SIGTERM: forced after the grace period', async (shape) => {
    const { census, pids, exited } = await tree(['node', 'tree.mjs', shape], { IGNORE_TERM: '1' });
    expect(await stopTree(system, census, { force: false, graceMs: 150 }, clock)).toEqual({ gone: true, forced: true });
    expect(pids.filter(isThere)).toEqual([]);
    expect(await exited).toEqual([null, 'SIGKILL']);
  });

  test('one that forks when it is asked to end', async () => {
    const { census } = await tree(['sh', 'forks-on-term.sh']);
    expect(await stopTree(system, census, { force: false, graceMs: 300 }, clock)).toEqual({ gone: true, forced: true });
    expect(census.members()).toEqual([]);
  });
});

test('a graceful leader gets exactly one SIGTERM, and its exit code is its own', async () => {
  const { census, child, exited } = await tree(['node', 'graceful.mjs']);
  let words = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  expect(await stopTree(system, census, { force: false, graceMs: 5_000 }, clock)).toEqual({
    gone: true,
    forced: false,
  });
  expect(await exited).toEqual([0, null]);
  await new Promise((resolve) => child.stdout?.once('close', resolve));
  expect(words).toBe('terms 1\n');
});

test('force begins with SIGKILL', async () => {
  const { census, exited } = await tree(['node', 'graceful.mjs']);
  expect(await stopTree(system, census, { force: true, graceMs: 5_000 }, clock)).toEqual({ gone: true, forced: true });
  expect(await exited).toEqual([null, 'SIGKILL']);
});

test('nobody is left to stop after the end', async () => {
  const { census, child, exited } = await tree(['node', 'tree.mjs', 'child']);
  await stopTree(system, census, { force: true, graceMs: 0 }, clock);
  await exited;
  expect(child.exitCode ?? child.signalCode).not.toBeNull();
  expect(await stopTree(system, census, { force: false, graceMs: 5_000 }, clock)).toEqual({
    gone: true,
    forced: false,
  });
});
