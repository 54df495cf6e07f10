/** Autostart, through MCP stdio: once for each time that a project is attended, over restarts of the daemon too. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConnectOptions, isAlive, type Session, until, type World, world } from './harness.ts';

const node = (code: string) => ({ command: process.execPath, args: ['-e', code] });
const SERVER = node(
  `require('http').createServer((q,r)=>r.end('ok')).listen(0,'127.0.0.1',function(){console.log('http://localhost:'+this.address().port+'/')})`,
);

interface Row {
  readonly process_id: string;
  readonly state: string;
  readonly pid: number;
  readonly autostart: boolean;
  readonly ready: boolean;
}

async function listed(session: Session): Promise<Row[]> {
  const { data } = await session.ok('proc', { action: 'list' });
  return data['processes'] as Row[];
}

const rowOf = async (session: Session, id: string) =>
  (await listed(session)).find(({ process_id }) => process_id === id);

/** Its row once it has got ready. */
async function ready(session: Session, id: string): Promise<Row> {
  await until(`${id} is ready`, async () => (await rowOf(session, id))?.ready === true);
  const row = await rowOf(session, id);
  if (row === undefined) throw new Error(`${id} has gone`);
  return row;
}

async function configured(
  config: object | string,
  options: ConnectOptions = {},
): Promise<{ place: World; session: Session }> {
  const place = await world();
  await place.write('devtool-mcp.json', typeof config === 'string' ? config : JSON.stringify(config));
  return { place, session: await place.connect(options) };
}

const WEB = {
  scripts: { db: SERVER, web: { ...SERVER, autostart: true, depends_on: ['db'] }, other: SERVER },
  proxies: { front: { process: 'web' }, hand: { process: 'web', autostart: false } },
};

describe('what a config wants running', () => {
  test('is started when a client comes, with what it depends on and its proxy, and is told', async () => {
    const { place, session } = await configured(WEB);
    await ready(session, 'web');
    expect((await listed(session)).map(({ process_id, autostart }) => [process_id, autostart])).toEqual([
      ['db', true],
      ['web', true],
    ]);
    const report = async () => (await session.ok('daemon', { action: 'info' })).data['autostart'];
    await until('the proxy listens', async () => JSON.stringify(await report()).includes('front'));
    expect(await report()).toEqual([
      {
        path: place.project,
        scripts: [{ name: 'web', started: true, error: null }],
        proxies: [{ id: 'front', url: expect.stringMatching(/^http:\/\/localhost:\d+\/$/), error: null }],
      },
    ]);
    expect((await session.ok('run', { script_name: 'web' })).data).toMatchObject({ reused: true, autostart: true });
  });

  test('once for all clients: what was stopped by hand stays stopped', async () => {
    const { place, session } = await configured(WEB);
    await ready(session, 'web');
    await session.ok('proc', { action: 'stop', process_id: 'web' });
    await mkdir(join(place.project, 'sub'));
    const second = await place.connect({ cwd: join(place.project, 'sub') });
    expect((await second.ok('daemon', { action: 'info' })).data['autostart']).toHaveLength(1);
    expect(await rowOf(session, 'web')).toMatchObject({ state: 'stopped' });
  });

  test('goes on when all have left, where keep does not say otherwise; a new client begins anew', async () => {
    const config = {
      scripts: { on: { ...SERVER, autostart: true }, off: { ...SERVER, autostart: true, keep: false } },
      limits: { project_idle_ms: 400 },
    };
    const { place, session } = await configured(config, { env: { DEVTOOL_MCP_PROJECT_IDLE_MS: '4000' } });
    const on = await ready(session, 'on');
    const off = await ready(session, 'off');
    const elsewhere = await place.connect({ cwd: place.home });
    await session.close();
    await until('off has ended', () => !isAlive(off.pid));
    expect(isAlive(on.pid)).toBe(true);
    const again = await place.connect();
    await until('off runs anew', async () => {
      const row = await rowOf(again, 'off');
      return row?.ready === true && row.pid !== off.pid;
    });
    expect((await ready(again, 'on')).pid).toBe(on.pid);
    await elsewhere.close();
  });

  test('is not started where the client says so', async () => {
    const { session } = await configured(WEB, { env: { DEVTOOL_MCP_AUTOSTART: '0' } });
    expect((await session.ok('daemon', { action: 'info' })).data['autostart']).toEqual([]);
    expect(await listed(session)).toEqual([]);
  });

  test('a call that works in another project begins there too', async () => {
    const place = await world();
    await place.write('other/devtool-mcp.json', JSON.stringify({ scripts: { web: { ...SERVER, autostart: true } } }));
    const session = await place.connect();
    const path = join(place.project, 'other');
    await session.ok('run', { command: 'true', path });
    await until('web runs there', async () => {
      const { data } = await session.ok('proc', { action: 'list', path });
      return (data['processes'] as Row[]).some(({ process_id, ready }) => process_id === 'web' && ready);
    });
  });
});

describe('a config that is broken', () => {
  test.each([
    ['no JSON', '{"scripts": ['],
    [
      'a script that cannot start',
      JSON.stringify({ scripts: { a: { command: './missing', autostart: true }, b: { ...SERVER, autostart: true } } }),
    ],
    [
      'a dependency that fails',
      JSON.stringify({
        scripts: {
          d: { command: 'false' },
          a: { ...SERVER, autostart: true, depends_on: { d: 'completed' } },
          b: { ...SERVER, autostart: true },
        },
      }),
    ],
  ])('%s: blocks nobody, and is told', async (name, config) => {
    const { session } = await configured(config);
    expect((await session.ok('run', { command: 'echo', args: ['x'], mode: 'foreground' })).data).toMatchObject({
      state: 'stopped',
    });
    if (name === 'no JSON') return;
    await ready(session, 'b');
    const scripts = async () => {
      const { data } = await session.ok('daemon', { action: 'info' });
      return (data['autostart'] as { scripts: { name: string; started: boolean; error: string | null }[] }[])[0]
        ?.scripts;
    };
    await until('it is told', async () => (await scripts())?.[0]?.error !== null);
    expect(await scripts()).toEqual([
      { name: 'a', started: false, error: expect.stringMatching(/^start_failed: /) },
      { name: 'b', started: true, error: null },
    ]);
  });
});

describe('over the daemon’s restarts', () => {
  const TWO = { scripts: { a: { ...SERVER, autostart: true }, b: { ...SERVER, autostart: true } } };

  async function oneStopped() {
    const begun = await configured(TWO);
    const { session } = begun;
    const a = await ready(session, 'a');
    await ready(session, 'b');
    await session.ok('proc', { action: 'stop', process_id: 'b' });
    const { data } = await session.ok('daemon', { action: 'info' });
    return { ...begun, a, daemon: Number(data['pid']) };
  }

  test('asked for: what ran is started again in the same session, what was stopped is not', async () => {
    const { session, a, daemon } = await oneStopped();
    await session.ok('daemon', { action: 'restart' });
    await until('the old daemon is gone', () => !isAlive(daemon));
    expect((await ready(session, 'a')).pid).not.toBe(a.pid);
    expect((await listed(session)).map(({ process_id }) => process_id)).toEqual(['a']);
  });

  test('killed: likewise, once what it left has gone', async () => {
    const { place, session, a, daemon } = await oneStopped();
    const written = async () =>
      (await import('node:fs/promises')).readFile(join(place.home, 'state/state.json'), 'utf8');
    await until('the stop is on disk', async () => (await written()).includes('"scripts":["a"]'));
    process.kill(daemon, 'SIGKILL');
    await until('the old daemon is gone', () => !isAlive(daemon));
    // It may be what tells the front that the daemon is lost.
    await session.call('proc', { action: 'list' }).catch(() => {});
    const again = await ready(session, 'a');
    expect(again.pid).not.toBe(a.pid);
    expect(isAlive(a.pid)).toBe(false);
    expect((await listed(session)).map(({ process_id }) => process_id)).toEqual(['a']);
  });

  test('stopped: the next client begins as on any new day', async () => {
    const { place, session, daemon } = await oneStopped();
    await session.ok('daemon', { action: 'stop' });
    await until('the old daemon is gone', () => !isAlive(daemon));
    const next = await place.connect();
    await ready(next, 'a');
    await ready(next, 'b');
  });
});
