/** Ports that real trees listen on, and freeing them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/process/clock.ts';
import { cleanupPort, holdersOf } from '../../../src/process/os/cleanup-port.ts';
import { endTrees, freshMarker, isThere, startTree, system } from './real-tree.ts';

const clock = systemClock(process.hrtime.bigint());
const own: Server[] = [];
afterEach(async () => {
  await endTrees();
  for (const server of own.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listen(command: readonly [string, ...string[]], env: Record<string, string> = {}) {
  const tree = await startTree(freshMarker(), 1, command, env);
  const [pid = 0] = tree.pids;
  const [port = 0] = system.listeningPorts(tree.census.members().map((member) => member.pid));
  return { ...tree, pid, port };
}

async function listenHere(port = 0): Promise<number> {
  const server = createServer();
  own.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });

describe('ports of a tree', () => {
  test.each(['127.0.0.1', '0.0.0.0', '::1', '::'])('listening on %s', async (host) => {
    const { port, pid, census } = await listen(['node', 'port-listener.mjs'], { HOST: host });
    expect(port).toBeGreaterThan(0);
    expect(system.listeningPorts(census.members().map((member) => member.pid))).toEqual([port]);
    expect(system.listenersOn(port).map((holder) => holder.pid)).toEqual([pid]);
  });

  test('of a grandchild without the marker', async () => {
    const { port, pid, leader } = await listen(['sh', 'bare-port.sh']);
    expect(pid).not.toBe(leader.pid);
    expect(holdersOf(system, port)).toEqual([{ pid, command: expect.stringContaining('port-listener.mjs') }]);
  });

  test('none of a tree that only connects', async () => {
    const port = await listenHere();
    const { census } = await startTree(freshMarker(), 1, [
      'node',
      '-e',
      `require('node:net').connect(${port}, '127.0.0.1', () => console.log('ready'))`,
    ]);
    expect(system.listeningPorts(census.members().map((member) => member.pid))).toEqual([]);
    expect(system.listenersOn(port).map(({ pid }) => pid)).toEqual([process.pid]);
    await endTrees();
  });
});

describe('cleanup', () => {
  test('ends who listens, and nobody who is connected', async () => {
    const { port, pid, exited } = await listen(['node', 'port-listener.mjs']);
    const client = await startTree(freshMarker(), 2, [
      'node',
      '-e',
      `require('node:net').connect(${port}, '127.0.0.1', () => console.log('ready')).on('close', () => setInterval(() => {}, 1000))`,
    ]);
    const cleanup = await cleanupPort(system, port, false, clock);
    expect(cleanup).toEqual({
      killed: [{ pid, command: expect.stringContaining('port-listener.mjs') }],
      message: expect.stringContaining(`port ${port} is free`),
      left: [],
      refused: false,
    });
    expect(await isFree(port)).toBe(true);
    expect(await exited).toEqual([null, 'SIGTERM']);
    expect(isThere(client.leader.pid)).toBe(true);
  });

  test('a dry run ends nobody and names who would be', async () => {
    const { port, pid } = await listen(['node', 'port-listener.mjs']);
    const cleanup = await cleanupPort(system, port, true, clock);
    expect(cleanup.killed).toEqual([]);
    expect(cleanup.message).toContain(`${pid} (node`);
    expect(isThere(pid)).toBe(true);
  });

  test('who ignores SIGTERM is killed', async () => {
    const { port, pid, exited } = await listen([
      'node',
      '--import',
      'data:text/javascript,process.on("SIGTERM",()=>{})',
      'port-listener.mjs',
    ]);
    expect((await cleanupPort(system, port, false, clock)).killed.map((holder) => holder.pid)).toEqual([pid]);
    expect(await exited).toEqual([null, 'SIGKILL']);
  });

  test('neither ourselves nor our ancestors', async () => {
    const port = await listenHere();
    const cleanup = await cleanupPort(system, port, false, clock);
    expect(cleanup).toEqual({
      killed: [],
      message: expect.stringContaining("devtool-mcp's own"),
      left: [{ pid: process.pid, command: expect.any(String) }],
      refused: true,
    });
    // The listening process is the parent of the one that cleans up.
    const child = spawn('node', ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const seenByChild = { ...system, ownPid: child.pid ?? 0 };
    expect((await cleanupPort(seenByChild, port, false, clock)).killed).toEqual([]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isFree(port)).toBe(false);
  });

  test('3000 is not 30001: a port is not found by its beginning', async () => {
    const { port, pid } = await listen(['node', 'port-listener.mjs']);
    const beginning = Number(String(port).slice(0, -1));
    expect(holdersOf(system, beginning).map((holder) => holder.pid)).not.toContain(pid);
    expect(system.listenersOn(port).map((holder) => holder.pid)).toEqual([pid]);
  });

  test('a port that nobody listens on', async () => {
    const port = await listenHere();
    await new Promise((resolve) => own.splice(0)[0]?.close(resolve));
    expect(await cleanupPort(system, port, false, clock)).toEqual({
      killed: [],
      message: `nobody listens on port ${port}`,
      left: [],
      refused: false,
    });
  });

  test('one whose holder we may not look at', async () => {
    const hidden = { ...system, listenersOn: () => [], isListenedOn: () => true };
    const cleanup = await cleanupPort(hidden, 80, false, clock);
    expect(cleanup).toMatchObject({ refused: true, message: expect.stringContaining('may neither see nor end') });
  });

  test('all who share a listening socket', async () => {
    const { port, pids } = await startTree(freshMarker(), 3, ['node', 'cluster.mjs']).then(async (tree) => ({
      ...tree,
      port: system.listeningPorts(tree.census.members().map((member) => member.pid))[0] ?? 0,
    }));
    expect(
      holdersOf(system, port)
        .map(({ pid }) => pid)
        .sort(),
    ).toEqual([...pids].sort());
    const { killed } = await cleanupPort(system, port, false, clock);
    expect(killed.map(({ pid }) => pid).sort()).toEqual([...pids].sort());
    expect(await isFree(port)).toBe(true);
  });
});
