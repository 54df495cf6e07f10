import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startTimeOf } from '../../src/home/process-start.ts';
import { programs } from './programs.ts';
import { until } from './until.ts';

const world = await programs();
afterEach(() => world.end());
afterAll(() => world.remove());

const isAlive = (pid: number) => startTimeOf(pid) !== null;

describe('a front finds its daemon', () => {
  test('starts one, which a second front shares, and which goes on without them', async () => {
    const first = world.open();
    const { result } = await first.request('who');
    const second = world.open();
    expect((await second.request('who')).result).toEqual(result);
    first.child.stdin?.end();
    second.child.stdin?.end();
    await Promise.all([first.ended(), second.ended()]);
    expect(world.daemons()).toEqual([result?.['pid']]);
  });

  test('twelve at once make one daemon, and all are served', async () => {
    const fronts = Array.from({ length: 12 }, () => world.open());
    const answers = await Promise.all(fronts.map((front) => front.request('who')));
    expect(new Set(answers.map(({ result }) => result?.['pid'])).size).toBe(1);
    await until('the others have ended', () => world.daemons().length === 1);
  });

  test('a home named by a relative path is the same for the daemon, whose directory is another', async () => {
    const front = world.open({ env: { DEVTOOL_MCP_HOME: 'home' } });
    expect((await front.request('who')).result).toMatchObject({ home: world.home });
    process.kill(Number((await front.request('who')).result?.['pid']), 'SIGKILL');
  });

  test('the daemon does not inherit the marker of a daemon above', async () => {
    const front = world.open({ env: { DEVTOOL_MCP_MARKER: `dtm-${'0'.repeat(32)}.1` } });
    expect((await front.request('who')).result).toMatchObject({ marker: null });
  });

  test('everything there is the user’s alone', async () => {
    await world.open().request('who');
    for (const name of ['run', 'state']) expect(statSync(join(world.home, name)).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(join(world.home, 'run')))
      expect([name, statSync(join(world.home, 'run', name)).mode & 0o077]).toEqual([name, 0]);
    expect(statSync(join(world.home, 'state/daemon.log')).mode & 0o777).toBe(0o600);
  });

  test('a newer front has an idle older daemon replaced, and lets a busy one be', async () => {
    const old = world.open({ version: '1.0.0' });
    await old.request('who');
    const busy = world.open({ version: '1.1.0' });
    expect((await busy.request('who')).result).toMatchObject({ version: '1.0.0' });
    for (const front of [old, busy]) {
      front.child.stdin?.end();
      await front.ended();
    }
    const next = world.open({ version: '1.1.0' });
    expect((await next.request('who')).result).toMatchObject({ version: '1.1.0', epoch: 2 });
    const older = world.open({ version: '1.0.0' });
    expect((await older.request('who')).result).toMatchObject({ version: '1.1.0', epoch: 2 });
  });
});

describe('without one', () => {
  test('what cannot be started is said at once, with the log; what it says on its way is in the log', async () => {
    const broken = join(world.directory, 'broken.mjs');
    writeFileSync(broken, 'console.error("the reason"); process.exit(3)');
    const front = world.open({ daemon: broken });
    const { error } = await front.request('who');
    expect(error?.message).toMatch(/cannot be started: it ended at once, by exit code 3; its log is .*daemon\.log/);
    expect(readFileSync(join(world.home, 'state/daemon.log'), 'utf8')).toContain('the reason');
    expect(isAlive(front.pid)).toBe(true);
    expect(readdirSync(join(world.home, 'run'))).toEqual([]);
  });

  test('a state directory that cannot be had holds up nobody once it can', async () => {
    mkdirSync(world.home, { recursive: true });
    writeFileSync(join(world.home, 'state'), '');
    const front = world.open();
    expect((await front.request('who')).error?.message).toMatch(/state is no directory: remove it/);
    expect(readdirSync(join(world.home, 'run'))).toEqual([]);
    execFileSync('rm', [join(world.home, 'state')]);
    expect((await front.request('who')).result).toMatchObject({ epoch: 1 });
  });

  test('a runtime directory that is a link is refused in one line, and works once it is mended', async () => {
    mkdirSync(world.home, { recursive: true });
    symlinkSync(world.directory, join(world.home, 'run'));
    const front = world.open();
    expect((await front.request('who')).error?.message).toMatch(/run is a symbolic link: remove it/);
    execFileSync('rm', [join(world.home, 'run')]);
    expect((await front.request('who')).result).toMatchObject({ epoch: 1 });
  });
});

describe('over the death of its daemon', () => {
  test('the request that killed it is answered, the next one is served by the next daemon, ten times', async () => {
    const front = world.open();
    for (let epoch = 1; epoch <= 10; epoch++) {
      expect((await front.request('who')).result).toMatchObject({ epoch });
      expect((await front.request('die')).error?.message).toMatch(/may have taken effect/);
    }
    expect(world.daemons()).toEqual([]);
    await front.request('who');
    expect(readdirSync(join(world.home, 'run')).filter((name) => name.endsWith('.sock'))).toEqual(['daemon-11.sock']);
  });

  test('a daemon that was stopped stays so until the next request', async () => {
    const front = world.open();
    await front.request('who');
    front.say({ method: 'stop' });
    await until('it is gone', () => world.daemons().length === 0);
    expect((await front.request('ping')).result).toEqual({});
    expect(world.daemons()).toEqual([]);
    expect((await front.request('who')).result).toMatchObject({ epoch: 2 });
  });
});

describe('a front ends', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('by %s, with a request under way', async (signal) => {
    const front = world.open();
    await front.request('who');
    front.say({ id: 'x', method: 'never' });
    front.child.kill(signal);
    await front.ended();
    expect(front.child.exitCode).toBe(0);
  });

  test('when stdin ends, with a client that does not read a thing', async () => {
    const front = world.open();
    await front.request('who');
    front.child.stdout?.pause();
    for (let n = 0; n < 50; n++) front.say({ id: `x${n}`, method: 'echo', params: { text: 'x'.repeat(100_000) } });
    front.child.stdin?.end();
    await front.ended();
    expect(front.child.exitCode).toBe(0);
  });

  test('when nobody can hear it any more', async () => {
    const front = world.open();
    await front.request('who');
    front.child.stdout?.destroy();
    front.say({ id: 'x', method: 'echo' });
    await front.ended();
    expect(front.child.exitCode).toBe(0);
  });

  test('when its parent was killed and somebody else holds its stdin open', async () => {
    const fifo = join(world.directory, 'fifo');
    if (!existsSync(fifo)) execFileSync('mkfifo', [fifo]);
    const holder = spawn('sleep', ['600'], { stdio: ['ignore', 'ignore', 'ignore'] });
    // The parent tells the front's pid, then waits; the pipe's other end stays with the holder of the fifo.
    // It is killed before the front has looked at it: the session that it led tells.
    const parent = spawn(
      'sh',
      [
        '-c',
        'exec 3<>"$1"; shift; "$@" <"/proc/self/fd/3" >/dev/null & echo $!; wait',
        'sh',
        fifo,
        process.execPath,
        join(world.directory, 'front.cjs'),
        'none',
      ],
      {
        env: { ...process.env, DEVTOOL_MCP_HOME: world.home },
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [text] = await once(parent.stdout, 'data');
    const pid = Number(String(text));
    await until('it runs', () => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('front.cjs'));
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await until('the front is gone', () => !isAlive(pid));
    holder.kill('SIGKILL');
    await once(holder, 'exit');
  });
});
