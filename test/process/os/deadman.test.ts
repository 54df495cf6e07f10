/** The dead-man's switch, with real daemons' deaths: a parent program is killed with trees alive. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDeadman } from '../../../src/process/os/deadman.ts';
import { DEADMAN_SCRIPT } from '../../../src/process/os/deadman-script.ts';
import type { Identity } from '../../../src/process/os/identity.ts';
import { daemonEntry } from '../../../src/process/os/marker.ts';
import { readEnvironment } from '../../../src/process/os/procfs.ts';
import { signalOne } from '../../../src/process/os/signal.ts';
import { endTrees, freshMarker, isThere, marked, type RealTree, startTree, system, until } from './real-tree.ts';

const SHELLS = ['/bin/sh', '/bin/bash'];
const bystander = () => startTree(freshMarker(), 1, ['node', 'tree.mjs', 'child']);
const lives = ({ leader, pids }: RealTree) => [leader.pid, ...pids].every(isThere);
afterEach(endTrees);

/** Runs the script with these lines, its pipe closed at once; its exit code. */
async function runScript(shell: string, marker: string, lines: string): Promise<number | null> {
  const child = spawn(shell, ['-c', DEADMAN_SCRIPT, 'deadman', marker], { stdio: ['pipe', 'ignore', 'inherit'] });
  // A script that refuses its marker reads nothing.
  child.stdin.on('error', () => {});
  child.stdin.end(lines);
  const [code] = await once(child, 'exit');
  return code;
}

const line = ({ leader }: RealTree, startTime = leader.startTime) => `+ ${leader.pid} ${leader.pid}:${startTime}\n`;

describe.each(SHELLS)('the script under %s', (shell) => {
  test('ends groups by number and everybody else by marker, and no bystander', async () => {
    const marker = freshMarker();
    const shapes = ['child', 'setsid', 'double-fork', 'stopped', 'wide*50'];
    const ours = await startTree(marker, 1, ['node', 'tree.mjs', ...shapes], { IGNORE_TERM: '1' });
    const unannounced = await startTree(marker, 12, ['node', 'tree.mjs', 'node']);
    const other = await bystander();
    expect(await runScript(shell, marker, line(ours))).toBe(0);
    expect([ours.leader.pid, ...ours.pids, unannounced.leader.pid, ...unannounced.pids].filter(isThere)).toEqual([]);
    expect(lives(other)).toBe(true);
  });

  test('ends who was named and carries no marker', async () => {
    const ours = await startTree(freshMarker(), 1, ['node', 'tree.mjs', 'bare', 'bare-double-fork']);
    const other = await bystander();
    ours.census.members();
    const known = ours.census.unmarked().map(({ pid, startTime }) => `${pid}:${startTime}`);
    expect(await runScript(shell, freshMarker(), `+ ${ours.leader.pid} ${known.join(' ')}\n`)).toBe(0);
    expect(ours.pids.filter(isThere)).toEqual([]);
    expect(lives(other)).toBe(true);
  });

  test('ends children that carry no marker and that nobody named, known by their parents or by a stream alone', async () => {
    const marker = freshMarker();
    const ours = await startTree(marker, 1, ['node', 'tree.mjs', 'bare', 'deep*4', 'bare-double-fork'], {
      IGNORE_TERM: '1',
    });
    const other = await bystander();
    expect(await runScript(shell, marker, line(ours))).toBe(0);
    expect([ours.leader.pid, ...ours.pids].filter(isThere)).toEqual([]);
    expect(lives(other)).toBe(true);
  });

  test('knows a group by another member when its leader has gone', async () => {
    const ours = await startTree(freshMarker(), 1, ['sh', 'zombie-leader.sh'], { BARE: '1' });
    await ours.exited;
    const [member] = ours.census.members();
    const lines = `${line(ours)}+ ${ours.leader.pid} ${member?.pid}:${member?.startTime}\n`;
    expect(await runScript(shell, freshMarker(), lines)).toBe(0);
    // Signalled all at once; who is known by the group alone may take longer to die than the script waits.
    await until('the group is gone', () => !ours.pids.some(isThere));
  });

  test('a group whose leader has another start time by now is left alone', async () => {
    const other = await bystander();
    expect(await runScript(shell, freshMarker(), line(other, `${other.leader.startTime}1`))).toBe(0);
    expect(lives(other)).toBe(true);
  });

  test('a group is not ended through a process that is not in it', async () => {
    const ours = await bystander();
    const other = await bystander();
    const lines = `+ ${other.leader.pid} ${ours.leader.pid}:${ours.leader.startTime}\n`;
    expect(await runScript(shell, freshMarker(), lines)).toBe(0);
    expect(isThere(ours.leader.pid)).toBe(false);
    expect(lives(other)).toBe(true);
  });

  test('a group that was taken back is left alone', async () => {
    const other = await bystander();
    expect(await runScript(shell, freshMarker(), `${line(other)}- ${other.leader.pid}\n`)).toBe(0);
    expect(lives(other)).toBe(true);
  });

  test('a line that the daemon did not finish is not read', async () => {
    const other = await bystander();
    expect(await runScript(shell, freshMarker(), line(other).trimEnd())).toBe(0);
    expect(lives(other)).toBe(true);
  });

  test('a leader whose start time is not known stands for nobody', async () => {
    const other = await bystander();
    const gone = await startTree(freshMarker(), 1, ['node', 'graceful.mjs']);
    gone.child.kill('SIGKILL');
    await gone.exited;
    const lines = [other.leader.pid, gone.leader.pid].map(
      (pid) => `+ ${other.leader.pid} ${pid}:\n+ ${pid}\n+ ${pid} ${pid}\n`,
    );
    expect(await runScript(shell, freshMarker(), lines.join(''))).toBe(0);
    expect(lives(other)).toBe(true);
  });

  test.each([
    '',
    'dtm-',
    '*',
    'dtm-*',
    `dtm-${'g'.repeat(32)}`,
    `dtm-${'A'.repeat(32)}`,
    `dtm-${'a'.repeat(31)}`,
    `dtm-${'a'.repeat(33)}`,
    'a'.repeat(36),
    'a'.repeat(32),
    ` dtm-${'a'.repeat(32)}`,
    `dtm-${'a'.repeat(31)}\n`,
  ])('marker %j is refused before anything is read', async (marker) => {
    const other = await bystander();
    expect(await runScript(shell, marker, line(other))).toBe(64);
    expect(lives(other)).toBe(true);
  });

  test.each([
    '+ 1 1:1',
    '+ 0 0:0',
    '+ -1 -1:1',
    '+ 01 01:1',
    '+ 99999999999999999999 99999999999999999999:1',
    '+',
    '+ x y:z',
    '- ',
    '* * *',
    '+ $(kill) 2:3',
    '+ / /:/',
    '+ 2 /proc/[0-9]*',
  ])('line %j signals nobody', async (bad) => {
    const other = await bystander();
    expect(await runScript(shell, freshMarker(), `${bad}\n`)).toBe(0);
    expect(lives(other)).toBe(true);
  });

  test('is understood', () => {
    expect(spawnSync(shell, ['-n', '-c', DEADMAN_SCRIPT]).status).toBe(0);
  });
});

describe('a daemon that dies', () => {
  const directory = mkdtempSync(join(tmpdir(), 'devtool-mcp-os-'));
  const program = join(directory, 'daemon.mjs');
  beforeAll(() =>
    build({
      entryPoints: [fileURLToPath(new URL('doomed-daemon.ts', import.meta.url))],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      define: { 'import.meta.url': JSON.stringify(import.meta.url) },
    }),
  );
  afterAll(() => rmSync(directory, { recursive: true }));
  let doomed: readonly Identity[] = [];
  afterEach(() => {
    for (const identity of doomed) signalOne(system, identity, 'SIGKILL');
  });

  test.each(['SIGKILL', 'SIGTERM', 'SIGSEGV'] as const)('by %s takes its trees along', async (signal) => {
    const daemon = spawn('node', [program], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const exited = once(daemon, 'exit');
    let told = '';
    for await (const word of createInterface({ input: daemon.stdout })) {
      told = word;
      break;
    }
    const { marker, pids }: { marker: string; pids: number[] } = JSON.parse(told);
    doomed = pids.flatMap((pid) => system.read(pid) ?? []);
    const other = await bystander();
    expect(pids.filter(isThere).length).toBeGreaterThan(40);
    expect(switches(marker)).toHaveLength(1);
    // To the whole group: the switch is not in it.
    process.kill(-(daemon.pid ?? Number.NaN), signal);
    await exited;
    await until('the end of the trees', () => !pids.some(isThere));
    await until('the end of the switch', () => switches(marker).length === 0);
    expect(marked(daemonEntry(marker))).toEqual([]);
    expect(lives(other)).toBe(true);
  });
});

describe('the switch', () => {
  test('one that is killed is replaced, and knows the groups again', async () => {
    const marker = freshMarker();
    const deadman = startDeadman(marker, process.env);
    const tree = await startTree(freshMarker(), 1, ['node', 'graceful.mjs']);
    deadman.add(tree.leader.pid, tree.leader);
    const [first = 0] = await until('a switch', () => some(switches(marker)));
    process.kill(first, 'SIGKILL');
    const [second = 0] = await until('another', () => some(switches(marker).filter((pid) => pid !== first)));
    expect(second).not.toBe(first);
    deadman.remove(tree.leader.pid);
    await deadman.dismiss();
    expect(switches(marker)).toEqual([]);
    expect(isThere(tree.leader.pid)).toBe(true);
  });

  test('is in a session of its own, holds nothing of ours but the pipe, and does not carry the marker', async () => {
    const marker = freshMarker();
    const deadman = startDeadman(marker, { ...process.env, DEVTOOL_MCP_MARKER: `${marker}.1` });
    const [pid = 0] = await until('a switch', () => some(switches(marker)));
    expect(system.read(pid)).toMatchObject({ pgid: pid, sid: pid });
    expect([1, 2].map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))).toEqual(['/dev/null', '/dev/null']);
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/');
    expect(readEnvironment(pid)).toContain('PATH=');
    expect(readEnvironment(pid)).not.toContain(marker);
    await deadman.dismiss();
    expect(isThere(pid)).toBe(false);
  });

  test('is deaf to SIGTERM, SIGINT, SIGHUP and SIGQUIT', async () => {
    const marker = freshMarker();
    const deadman = startDeadman(marker, process.env);
    const [pid = 0] = await until('a switch', () => some(switches(marker)));
    const ignored = await until('its traps', () => some([ignoredSignals(pid)].filter((mask) => mask > 0)));
    // Bits of signals 1, 2, 3 and 15 (proc(5), SigIgn).
    expect(ignored.map((mask) => mask & 0x4007)).toEqual([0x4007]);
    await deadman.dismiss();
  });

  test('one that was stopped can be dismissed', async () => {
    const marker = freshMarker();
    const deadman = startDeadman(marker, process.env);
    const [pid = 0] = await until('a switch', () => some(switches(marker)));
    process.kill(pid, 'SIGSTOP');
    await deadman.dismiss();
    expect(isThere(pid)).toBe(false);
  });

  test.each(['', 'dtm-', 'dtm-x'])('no switch for the marker %j', (marker) => {
    expect(() => startDeadman(marker, process.env)).toThrow(RangeError);
  });
});

const some = <T>(list: readonly T[]): readonly T[] | null => (list.length > 0 ? list : null);

const switches = (marker: string): number[] =>
  (system.processes() ?? [])
    .map(({ pid }) => pid)
    .filter((pid) => readText(`/proc/${pid}/cmdline`).includes(`devtool-mcp-deadman\0${marker}`) && isThere(pid));

const ignoredSignals = (pid: number): number =>
  Number.parseInt(/^SigIgn:\s*(\w+)/m.exec(readText(`/proc/${pid}/status`))?.[1] ?? '0', 16) & 0xffff;

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
