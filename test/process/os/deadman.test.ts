/** The dead-man's switch, with real daemons' deaths: a parent program is killed with trees alive. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDeadman } from '../../../src/process/os/deadman.ts';
import type { Identity } from '../../../src/process/os/identity.ts';
import { daemonEntry } from '../../../src/process/os/marker.ts';
import { readEnvironment } from '../../../src/process/os/procfs.ts';
import { signalOne } from '../../../src/process/os/signal.ts';
import { bystander, lives } from './deadman-shell.ts';
import { endTrees, freshMarker, isThere, marked, startTree, system, until } from './real-tree.ts';

afterEach(endTrees);

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
