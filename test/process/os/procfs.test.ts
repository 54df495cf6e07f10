import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linuxSystem } from '../../../src/process/os/linux.ts';
import { markedEntries } from '../../../src/process/os/marker.ts';
import { parseListening, parseStat, readEntry } from '../../../src/process/os/procfs.ts';
import { ancestors, find, isSame } from '../../../src/process/os/system.ts';
import { until } from './real-tree.ts';

const system = linuxSystem(process.pid);
const AFTER = 'S 1 42 41 34816 42 4194304 1 0 0 0 0 0 0 0 20 0 1 0 987654 3000 200';

describe('stat', () => {
  test.each(['sh', 'a b', ')', ') R 1 1 1', 'a\nb', '((', '', 'x) S 9 9 9 9', ') )) '])('with the name %j', (name) => {
    expect(parseStat(`40 (${name}) ${AFTER}\n`)).toEqual({
      pid: 40,
      startTime: '987654',
      ppid: 1,
      pgid: 42,
      sid: 41,
      state: 'S',
    });
  });

  test('whatever the name is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 15 }), (name) => {
        expect(parseStat(`40 (${name}) ${AFTER}\n`)?.startTime).toBe('987654');
      }),
    );
  });

  test.each(['', '40', '40 (sh)', '40 (sh) S 1 2', '(sh) S', 'x (sh) S 1 1 1', '0 (sh) S 1 1 1'])(
    '%j is nobody',
    (text) => {
      expect(parseStat(text)).toBeNull();
    },
  );
});

test('a program whose name holds parentheses and newlines is read as it is', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'devtool-mcp-os-'));
  const program = join(directory, 'a) R 1\n(b');
  copyFileSync('/bin/sleep', program);
  const child = spawn(program, ['600'], { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  expect(readEntry(pid)).toMatchObject({ pid, ppid: process.pid, pgid: pid, sid: pid });
  expect(system.processes()).toContainEqual(expect.objectContaining({ pid, pgid: pid }));
  child.kill('SIGKILL');
  await once(child, 'exit');
  rmSync(directory, { recursive: true });
});

test('a process is the same until it ends, and a zombie is there but not alive', async () => {
  const child = spawn('sh', ['-c', 'sh -c : & exec sleep 600'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const zombie = await until('a zombie', () =>
    (system.processes() ?? []).find(({ ppid, state }) => ppid === child.pid && state === 'Z'),
  );
  expect(isSame(system, zombie)).toBe(false);
  expect(find(system, zombie)).toMatchObject({ pid: zombie.pid });
  const leader = readEntry(child.pid ?? 0);
  if (leader === null) throw new Error('the child is not there');
  expect(isSame(system, leader)).toBe(true);
  expect(isSame(system, { ...leader, startTime: `${leader.startTime}0` })).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isSame(system, leader)).toBe(false);
  expect(system.read(leader.pid)).toBeNull();
});

test('ancestors are from ourselves up', () => {
  expect([...ancestors(system)].slice(0, 2)).toEqual([process.pid, process.ppid]);
});

test.each([
  ['', ''],
  ['A=1\0', ''],
  ['A=1\0DEVTOOL_MCP_MARKER=x\0B=2\0', 'DEVTOOL_MCP_MARKER=x\0'],
  ['DEVTOOL_MCP_MARKER=x\0DEVTOOL_MCP_MARKER=y\0', 'DEVTOOL_MCP_MARKER=x\0DEVTOOL_MCP_MARKER=y\0'],
  ['A=DEVTOOL_MCP_MARKER=x\0XDEVTOOL_MCP_MARKER=y\0DEVTOOL_MCP_MARKERS=z\0', ''],
])('of the environment %j the marker has %j', (environment, entries) => {
  expect(markedEntries(environment)).toBe(entries);
});

test('of the TCP tables the listening sockets are taken, of both families', () => {
  const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
  const row = (local: string, state: string, inode: number) =>
    `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0`;
  const table = [
    head,
    row('0100007F:0BB8', '0A', 11),
    row('0100007F:0BB8', '01', 12),
    row('00000000000000000000000000000000:7531', '0A', 13),
    '',
  ].join('\n');
  expect(parseListening(table)).toEqual([
    ['11', 3000],
    ['13', 30001],
  ]);
  expect(parseListening('')).toEqual([]);
});
