/** The dead-man's switch, with real daemons' deaths: a parent program is killed with trees alive. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import { startDeadman } from '../../../src/process/os/deadman.ts';
import { DEADMAN_SCRIPT } from '../../../src/process/os/deadman-script.ts';
import { newMarker } from '../../../src/process/os/marker.ts';
import { isThere, type RealTree, startTree, system } from './real-tree.ts';

const SHELLS = ['/bin/sh', '/bin/bash'];
const started: RealTree[] = [];
afterEach(() => {
  for (const { child, pids } of started.splice(0))
    for (const pid of [child.pid ?? 0, ...pids]) if (pid > 1 && isThere(pid)) process.kill(pid, 'SIGKILL');
});

const freshMarker = () => newMarker(crypto.getRandomValues(new Uint8Array(16)));
const bystander = () => tracked(startTree(freshMarker(), 1, ['node', 'tree.mjs', 'child']));

async function tracked(tree: Promise<RealTree>): Promise<RealTree> {
  started.push(await tree);
  return tree;
}

/** Runs the script with these lines, its pipe closed at once; its exit code. */
async function runScript(shell: string, marker: string, lines: string): Promise<number | null> {
  const child = spawn(shell, ['-c', DEADMAN_SCRIPT, 'deadman', marker], { stdio: ['pipe', 'ignore', 'inherit'] });
  // A script that refuses its marker reads nothing.
  child.stdin.on('error', () => {});
  child.stdin.end(lines);
  const [code] = await once(child, 'exit');
  return code;
}

const line = ({ leader }: RealTree, startTime = leader.startTime) => `+ ${leader.pid} ${leader.pid} ${startTime}\n`;

describe.each(SHELLS)('the script under %s', (shell) => {
  test('ends groups by number and everybody else by marker, and no bystander', async () => {
    const marker = freshMarker();
    const ours = await tracked(
      startTree(marker, 1, ['node', 'tree.mjs', 'child', 'setsid', 'double-fork', 'stopped'], { IGNORE_TERM: '1' }),
    );
    const unannounced = await tracked(startTree(marker, 12, ['node', 'tree.mjs', 'node']));
    const other = await bystander();
    expect(await runScript(shell, marker, line(ours))).toBe(0);
    expect([ours.leader.pid, ...ours.pids, unannounced.leader.pid, ...unannounced.pids].filter(isThere)).toEqual([]);
    expect([other.leader.pid, ...other.pids].every(isThere)).toBe(true);
  });

  test('a group whose leader has another start time by now is left alone', async () => {
    const other = await bystander();
    expect(await runScript(shell, freshMarker(), line(other, `${other.leader.startTime}1`))).toBe(0);
    expect([other.leader.pid, ...other.pids].every(isThere)).toBe(true);
  });

  test('a group that was taken back is left alone; bye ends nobody', async () => {
    const other = await bystander();
    expect(await runScript(shell, freshMarker(), `${line(other)}- ${other.leader.pid}\n`)).toBe(0);
    expect(await runScript(shell, freshMarker(), `${line(other)}bye\n`)).toBe(0);
    expect([other.leader.pid, ...other.pids].every(isThere)).toBe(true);
  });

  test.each([
    '',
    'dtm-',
    '*',
    'dtm-*',
    `dtm-${'g'.repeat(32)}`,
    `dtm-${'a'.repeat(31)}`,
    `dtm-${'a'.repeat(33)}`,
    `${'a'.repeat(36)}`,
  ])('marker %j is refused before anything is read', async (marker) => {
    const other = await bystander();
    expect(await runScript(shell, marker, line(other))).toBe(64);
    expect([other.leader.pid, ...other.pids].every(isThere)).toBe(true);
  });

  test.each(['+ 1 1 1', '+ 0 0 0', '+ -1 -1 1', '+ 01 01 1', '+', '+ x y z', '- ', '* * *', '+ $(kill) 2 3'])(
    'line %j signals nobody',
    async (bad) => {
      const other = await bystander();
      expect(await runScript(shell, freshMarker(), `${bad}\n`)).toBe(0);
      expect([other.leader.pid, ...other.pids].every(isThere)).toBe(true);
    },
  );
});

test('a daemon that is killed takes its trees along', async () => {
  const marker = freshMarker();
  const tree = await tracked(startTree(marker, 1, ['node', 'tree.mjs', 'child', 'setsid'], { IGNORE_TERM: '1' }));
  const daemon = spawn('sleep', ['600'], { stdio: 'ignore' });
  // The pipe's writing end is the daemon's alone: a shell that becomes the switch with the daemon's stdout as its stdin.
  const pair = spawn(
    'sh',
    ['-c', `{ echo '${line(tree).trim()}'; echo fed >&2; exec sleep 600; } | sh -c "$SCRIPT" deadman '${marker}'`],
    {
      env: { ...process.env, SCRIPT: DEADMAN_SCRIPT },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    },
  );
  for await (const word of createInterface({ input: pair.stderr })) if (word === 'fed') break;
  const feeder = system
    .pids()
    .find((pid) => system.read(pid)?.pgid === pair.pid && system.command(pid) === 'sleep 600');
  expect(feeder).toBeDefined();
  process.kill(feeder ?? 0, 'SIGKILL');
  await once(pair, 'exit');
  expect([tree.leader.pid, ...tree.pids].filter(isThere)).toEqual([]);
  daemon.kill('SIGKILL');
  await once(daemon, 'exit');
});

test('a switch that is killed is replaced, and knows the groups again', async () => {
  const marker = freshMarker();
  const find = () => system.pids().filter((pid) => readCommandLine(pid).includes(marker) && isThere(pid));
  const deadman = startDeadman(marker, process.env);
  const [first = 0] = await some(find);
  process.kill(first, 'SIGKILL');
  const [second = 0] = await some(() => find().filter((pid) => pid !== first));
  expect(second).not.toBe(first);
  await deadman.dismiss();
  expect(find()).toEqual([]);
});

test('the switch does not carry the marker that it looks for', async () => {
  const marker = freshMarker();
  const deadman = startDeadman(marker, { ...process.env, DEVTOOL_MCP_MARKER: `${marker}.1` });
  const [pid] = await some(() => system.pids().filter((each) => readCommandLine(each).includes(marker)));
  expect(system.environmentHolds(pid ?? 0, marker)).toBe(false);
  await deadman.dismiss();
});

function readCommandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

async function some(find: () => number[]): Promise<number[]> {
  for (let n = 0; n < 500; n++) {
    const found = find();
    if (found.length > 0) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('nobody came');
}

test('sh has what the script needs', () => {
  expect(spawnSync('sh', ['-n', '-c', DEADMAN_SCRIPT]).status).toBe(0);
});
