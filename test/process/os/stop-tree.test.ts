/** Real trees of every shape are ended whole, and nobody before the grace period is over. */
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/process/clock.ts';
import { runEntry } from '../../../src/process/os/marker.ts';
import { stopTree } from '../../../src/process/os/stop-tree.ts';
import { endTrees, freshMarker, isThere, marked, startTree, system, until } from './real-tree.ts';

const clock = systemClock(process.hrtime.bigint());
const marker = freshMarker();
const LONG = { force: false, graceMs: 10_000 };
let lastRun = 0;

async function tree(command: readonly [string, ...string[]], env: Record<string, string> = {}) {
  lastRun += 1;
  const entry = runEntry(marker, lastRun);
  return { ...(await startTree(marker, lastRun, command, env)), entry };
}

afterEach(endTrees);

const SHAPES = [
  'child',
  'orphan',
  'group',
  'setsid',
  'double-fork',
  'bare',
  'bare-double-fork',
  'deep*50',
  'wide*200',
  'stopped',
  'node',
  'npm',
  'zombies',
] as const;

const ALL = [
  'child',
  'orphan',
  'group',
  'setsid',
  'double-fork',
  'bare',
  'bare-double-fork',
  'deep*5',
  'stopped',
  'npm',
];

describe('every shape of tree is ended whole', () => {
  test.each([...SHAPES.map((shape) => [shape]), ALL])('%s', async (...shapes) => {
    const { census, pids, leader, exited, entry } = await tree(['node', 'tree.mjs', ...shapes]);
    expect(census.members().map(({ pid }) => pid)).toEqual(expect.arrayContaining([leader.pid, ...pids]));
    expect(await stopTree(system, census, LONG, clock)).toEqual({ gone: true, forced: false });
    expect(pids.filter(isThere)).toEqual([]);
    expect(marked(entry)).toEqual([]);
    expect(await exited).toEqual([null, 'SIGTERM']);
  });

  test.each([...SHAPES.map((shape) => [shape]), ALL])('%s, deaf to SIGTERM: forced', async (...shapes) => {
    const { census, pids, exited, entry } = await tree(['node', 'tree.mjs', ...shapes], { IGNORE_TERM: '1' });
    expect(await stopTree(system, census, { force: false, graceMs: 150 }, clock)).toEqual({ gone: true, forced: true });
    expect(pids.filter(isThere)).toEqual([]);
    expect(marked(entry)).toEqual([]);
    expect(await exited).toEqual([null, 'SIGKILL']);
  });

  test('one that forks when it is asked to end', async () => {
    const { census, entry } = await tree(['sh', 'forks-on-term.sh']);
    expect(await stopTree(system, census, { force: false, graceMs: 300 }, clock)).toEqual({ gone: true, forced: true });
    expect(marked(entry)).toEqual([]);
  });

  test.each([{}, { BARE: '1' }])('a chain in which each forks the next and ends (%j)', async (env) => {
    const { census, entry } = await tree(['sh', 'forks-forever.sh', '2000'], env);
    expect(await stopTree(system, census, { force: true, graceMs: 0 }, clock)).toEqual({ gone: true, forced: true });
    expect(marked(entry)).toEqual([]);
    expect(census.members()).toEqual([]);
  });
});

describe('what the leader left', () => {
  test.each([{}, { BARE: '1' }])('in its group (%j) is found and ended', async (env) => {
    const { census, exited, pids } = await tree(['sh', 'zombie-leader.sh'], env);
    expect(await exited).toEqual([0, null]);
    expect(census.members().map(({ pid }) => pid)).toEqual(expect.arrayContaining([...pids]));
    expect(await stopTree(system, census, LONG, clock)).toEqual({ gone: true, forced: false });
    expect(pids.filter(isThere)).toEqual([]);
  });

  test('without marker, group and streams is found if it was seen while its parent lived', async () => {
    const { census, child, exited, pids } = await tree(['node', 'tree.mjs', 'bare']);
    census.members();
    expect(census.unmarked().map(({ pid }) => pid)).toEqual(expect.arrayContaining([...pids]));
    child.kill('SIGKILL');
    await exited;
    expect(census.members().map(({ pid }) => pid)).toEqual(expect.arrayContaining([...pids]));
    expect(await stopTree(system, census, { force: true, graceMs: 0 }, clock)).toEqual({ gone: true, forced: true });
    expect(pids.filter(isThere)).toEqual([]);
  });
});

test('a graceful leader gets exactly one SIGTERM, and its exit code is its own', async () => {
  const { census, exited, text } = await tree(['node', 'graceful.mjs']);
  expect(await stopTree(system, census, LONG, clock)).toEqual({ gone: true, forced: false });
  expect(await exited).toEqual([0, null]);
  expect(await text).toBe('ready\nterms 1\n');
});

test('a stop waits for the tree, not for the leader: the last words of its script are heard', async () => {
  const { census, exited, text } = await tree(['sh', 'npm-like.sh']);
  expect(await stopTree(system, census, LONG, clock)).toEqual({ gone: true, forced: false });
  expect(await exited).toEqual([143, null]);
  expect(await text).toMatch(/last words\n$/);
});

test('who is slow but within the grace period is not killed', async () => {
  const { census, exited } = await tree(['node', 'slow-exit.mjs', '400']);
  expect(await stopTree(system, census, LONG, clock)).toEqual({ gone: true, forced: false });
  expect(await exited).toEqual([3, null]);
});

test('force begins with SIGKILL', async () => {
  const { census, exited } = await tree(['node', 'graceful.mjs']);
  expect(await stopTree(system, census, { force: true, graceMs: 10_000 }, clock)).toEqual({ gone: true, forced: true });
  expect(await exited).toEqual([null, 'SIGKILL']);
});

test('force while a graceful stop waits: both end', async () => {
  const { census } = await tree(['node', 'tree.mjs', 'setsid', 'wide*5'], { IGNORE_TERM: '1' });
  const graceful = stopTree(system, census, { force: false, graceMs: 60_000 }, clock);
  expect(await stopTree(system, census, { force: true, graceMs: 0 }, clock)).toEqual({ gone: true, forced: true });
  expect(await graceful).toEqual({ gone: true, forced: false });
});

test('nobody is left to stop after the end', async () => {
  const { census, exited } = await tree(['node', 'tree.mjs', 'child']);
  await stopTree(system, census, { force: true, graceMs: 0 }, clock);
  await exited;
  expect(await stopTree(system, census, LONG, clock)).toEqual({ gone: true, forced: false });
});

test('a bystander with the same marker and another run, and one with the same streams as ours, live', async () => {
  const one = await tree(['node', 'tree.mjs', 'child', 'setsid', 'bare']);
  const other = await tree(['node', 'tree.mjs', 'child', 'setsid', 'bare']);
  expect(await stopTree(system, one.census, { force: true, graceMs: 0 }, clock)).toEqual({ gone: true, forced: true });
  expect([other.leader.pid, ...other.pids].every(isThere)).toBe(true);
});

test('a child that holds the pipe after its leader has ended does not outlive a stop', async () => {
  const { census, child, exited, entry } = await tree(['sh', 'holds-pipe.sh']);
  await exited;
  expect(marked(entry).length).toBeGreaterThan(0);
  expect(await stopTree(system, census, LONG, clock)).toEqual({ gone: true, forced: false });
  if (child.stdout !== null && !child.stdout.closed) await once(child.stdout, 'close');
  await until('the end of the marked', () => marked(entry).length === 0);
});
