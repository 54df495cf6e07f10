/** `devtool-mcp.json` through MCP stdio: dependencies, readiness, defaults of `run`, proxies. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Session, until, type World, world } from './harness.ts';

const node = (code: string) => ({ command: process.execPath, args: ['-e', code] });
const SERVER = `require('http').createServer((q,r)=>r.end('ok')).listen(0,'127.0.0.1',function(){console.log('http://localhost:'+this.address().port+'/')})`;
const server = node(SERVER);
/** Says `text` after something has come in on its standard input, and goes on. */
const speaks = (text: string) =>
  node(`process.stdin.once('data',()=>console.log(${JSON.stringify(text)}));setInterval(()=>{},1e6)`);

async function withConfig(config: object): Promise<{ place: World; session: Session }> {
  const place = await world();
  await place.write('devtool-mcp.json', JSON.stringify(config));
  return { place, session: await place.connect() };
}

const states = async (session: Session): Promise<unknown[]> => {
  const { data } = await session.ok('proc', { action: 'list' });
  return (data['processes'] as { process_id: string; state: string }[]).map((one) => [one.process_id, one.state]);
};

describe('dependencies', () => {
  test('start first, in order, each when it is as far as was asked; live ones are reused', async () => {
    const { session } = await withConfig({
      scripts: {
        db: { ...server, ready: { regex: '^http' } },
        migrate: { ...node('console.log("migrated")'), depends_on: ['db'] },
        cache: node('setInterval(()=>{},1e6)'),
        web: { ...server, depends_on: { migrate: 'completed', cache: 'started' } },
      },
    });
    const { data } = await session.ok('run', { script_name: 'web' });
    expect(data).toMatchObject({
      process_id: 'web',
      reused: false,
      dependencies: [
        { script_name: 'db', process_id: 'db', until: 'ready', state: 'running', reused: false },
        { script_name: 'migrate', until: 'completed', state: 'stopped', reused: false },
        { script_name: 'cache', until: 'started', reused: false },
      ],
    });
    expect(await states(session)).toEqual([
      ['db', 'running'],
      ['migrate', 'stopped'],
      ['cache', 'running'],
      ['web', 'running'],
    ]);
    expect((await session.ok('run', { script_name: 'web' })).data).toMatchObject({ reused: true, dependencies: [] });
    await session.ok('proc', { action: 'stop', process_id: 'web' });
    expect((await session.ok('run', { script_name: 'web' })).data['dependencies']).toMatchObject([
      { script_name: 'db', reused: true },
      { script_name: 'migrate', reused: false },
      { script_name: 'cache', reused: true },
    ]);
  });

  test('two who start the same script at the same time run what must be completed once', async () => {
    const { session } = await withConfig({
      scripts: {
        migrate: node('console.log("migrated")'),
        cache: { ...speaks('warm'), ready: { text: 'warm' } },
        web: { ...server, depends_on: { migrate: 'completed', cache: 'ready' } },
      },
    });
    const first = session.ok('run', { script_name: 'web' });
    await until('the cache is waited for', async () => (await states(session)).length === 2);
    const second = session.ok('run', { script_name: 'web' });
    expect(await states(session)).toEqual([
      ['migrate', 'stopped'],
      ['cache', 'running'],
    ]);
    await session.ok('proc', { action: 'input', process_id: 'cache', data: 'go\n' });
    expect((await first).data).toMatchObject({ reused: false, dependencies: [{}, { script_name: 'cache' }] });
    expect((await second).data).toMatchObject({ reused: true, dependencies: [] });
    const { data } = await session.ok('proc', { action: 'list' });
    // migrate, cache and web.
    expect(data).toMatchObject({ active_count: 2, total_started: 3 });
  });

  test('one that fails is start_failed with its words; the script is not started', async () => {
    const { session } = await withConfig({
      scripts: {
        ok: server,
        bad: node('console.error("no such table");process.exit(3)'),
        slow: { ...node('setInterval(()=>{},1e6)'), ready: { text: 'never', timeout_ms: 200 } },
        quiet: { ...node('setInterval(()=>{},1e6)'), ready: { timeout_ms: 200 } },
        none: { command: './missing' },
        a: { ...server, depends_on: { ok: 'ready', bad: 'completed' } },
        b: { ...server, depends_on: ['slow'] },
        c: { ...server, depends_on: ['none'] },
        d: { ...server, depends_on: ['quiet'] },
      },
    });
    const a = await session.call('run', { script_name: 'a' });
    expect(a.text).toMatch(/^start_failed: dependency bad has ended with exit code 3\. Look at proc output/);
    expect(a.data).toMatchObject({
      error: 'start_failed',
      dependency: 'bad',
      exit_code: 3,
      lines: { first: ['no such table'] },
    });
    const b = await session.call('run', { script_name: 'b' });
    expect(b.text).toMatch(/^start_failed: dependency slow is not ready within \d+ ms\./);
    expect(b.data).toMatchObject({ dependency: 'slow', state: 'running' });
    const c = await session.call('run', { script_name: 'c' });
    expect(c.text).toMatch(/^start_failed: dependency none cannot be started: /);
    const d = await session.call('run', { script_name: 'd' });
    expect(d.text).toMatch(
      /^start_failed: dependency quiet is not ready .* listens nowhere: depend on it as "started", or/,
    );
    const names = (await states(session)).map((row) => (row as string[])[0]);
    expect(names).toEqual(['ok', 'bad', 'slow', 'quiet']);
  });
});

describe('readiness', () => {
  test('is what the config says, for run, for proc wait and in its state; over restarts too', async () => {
    const { session } = await withConfig({
      scripts: { app: { ...speaks('compiled'), ready: { text: 'compiled', timeout_ms: 300 } } },
    });
    expect((await session.ok('run', { script_name: 'app' })).data).toMatchObject({
      ready: false,
      waited: { for: 'ready', ok: false, reason: 'timeout' },
    });
    const app = { process_id: 'app' };
    for (const _ of [1, 2]) {
      await session.ok('proc', { action: 'input', ...app, data: 'go\n' });
      expect((await session.ok('proc', { action: 'wait', ...app, for: 'ready' })).data).toMatchObject({
        ready: true,
        waited: { ok: true, match: 'compiled' },
      });
      expect((await session.ok('proc', { action: 'restart', ...app })).data['ready']).toBe(false);
    }
  });

  test('a command that ends with 0 tells it; none of its tries is left', async () => {
    const place = await world();
    await place.write(
      'devtool-mcp.json',
      JSON.stringify({
        scripts: {
          app: {
            ...node('setTimeout(()=>require("fs").writeFileSync("up",""),100);setInterval(()=>{},1e6)'),
            ready: { exec: 'test -f up' },
          },
        },
      }),
    );
    const session = await place.connect();
    expect((await session.ok('run', { script_name: 'app' })).data).toMatchObject({
      ready: true,
      waited: { ok: true, match: 'test -f up' },
    });
    expect(await states(session)).toEqual([['app', 'running']]);
  });
});

test('what the config says of a script is the default of run; what a call says wins', async () => {
  const show = node(
    'console.log(process.env.A, process.env.B, process.cwd().split("/").pop());setInterval(()=>{},1e6)',
  );
  const { place, session } = await withConfig({
    scripts: {
      app: {
        ...show,
        cwd: 'sub',
        env: { A: 'config', B: 'config' },
        ready: { text: 'sub' },
        labels: { tier: 'web', of: 'config' },
        restart: 'on-failure',
        timeout_ms: 600_000,
      },
    },
  });
  await mkdir(join(place.project, 'sub'));
  const { data } = await session.ok('run', { script_name: 'app', env: { B: 'call' }, labels: { of: 'call' } });
  expect(data).toMatchObject({
    labels: { tier: 'web', of: 'call' },
    autostart: false,
    lines: { first: ['config call sub'] },
  });
  await session.ok('proc', { action: 'stop', process_id: 'app' });
  expect((await session.ok('run', { script_name: 'app', timeout_ms: 100, wait_for: 'exit' })).data).toMatchObject({
    ended_by: 'timeout',
  });
});

test('a script of a directory above runs there, under the id that all directories below share', async () => {
  const { place, session } = await withConfig({ scripts: { dev: server } });
  await place.write('web/package.json', '{"scripts": {"dev": "node x"}}');
  const below = await place.connect({ cwd: join(place.project, 'web') });
  const { data } = await below.ok('run', { script_name: 'devtool-mcp.json:dev' });
  expect(data).toMatchObject({ process_id: 'dev', path: place.project });
  expect((await session.ok('run', { script_name: 'dev' })).data).toMatchObject({ reused: true, pid: data['pid'] });
});

describe('proxies', () => {
  test('one that follows a script takes no process of that name in another project', async () => {
    const { place, session } = await withConfig({
      scripts: { web: server },
      proxies: { front: { process: 'web' } },
    });
    await place.write('elsewhere/note.txt', '');
    const path = `${place.project}/elsewhere`;
    await session.ok('run', { path, id: 'web', command: server.command, args: server.args, wait_for: 'ready' });
    const { text } = await session.call('proxy', { action: 'start', id: 'front' });
    expect(text).toMatch(/^not_found: process_id=web is not known in .*, whose config names it/);
  });

  test('one that follows a script starts with it, with the values of the config; those of a call win', async () => {
    const { session } = await withConfig({
      scripts: { web: server },
      proxies: {
        front: { process: 'web', max_log_size: 7 },
        later: { process: 'web', autostart: false, max_log_size: 8 },
      },
    });
    const { data } = await session.ok('run', { script_name: 'web' });
    const [proxy] = data['proxies'] as { id: string; url: string; error: null }[];
    expect(data['proxies']).toEqual([
      { id: 'front', url: expect.stringMatching(/^http:\/\/localhost:\d+\/$/), error: null },
    ]);
    expect(await (await fetch(proxy?.url ?? '')).text()).toBe('ok');
    expect((await session.ok('proxy', { action: 'status', id: 'front' })).data).toMatchObject({
      process_id: 'web',
      log: { max_size: 7 },
    });
    expect((await session.ok('proxy', { action: 'start', id: 'front' })).data).toMatchObject({ reused: true });
    const later = await session.ok('proxy', { action: 'start', id: 'later', max_log_size: 9 });
    expect(later.data).toMatchObject({ process_id: 'web', log: { max_size: 9 }, reused: false });
  });

  test('without a process: where its target_url says; a target of the call instead of the config’s', async () => {
    const { session } = await withConfig({
      proxies: { api: { target_url: 'localhost:1', bind_address: '127.0.0.1', public_url: 'https://x.test/' } },
    });
    expect((await session.ok('proxy', { action: 'start', id: 'api' })).data).toMatchObject({
      target_url: 'http://localhost:1',
      public_url: 'https://x.test/',
    });
    await session.ok('proxy', { action: 'stop', id: 'api' });
    expect((await session.ok('proxy', { action: 'start', id: 'api', target_url: 'localhost:2' })).data).toMatchObject({
      target_url: 'http://localhost:2',
    });
  });

  test('one that cannot listen is told beside the script, which runs', async () => {
    const { session } = await withConfig({
      scripts: { web: server },
      proxies: { front: { process: 'web', port: 6000 } },
    });
    const { data } = await session.ok('run', { script_name: 'web' });
    expect(data).toMatchObject({
      state: 'running',
      proxies: [{ id: 'front', url: null, error: expect.stringMatching(/^invalid_argument: /) }],
    });
  });
});

test('limits and redaction of the config hold for what is shown', async () => {
  const { session } = await withConfig({
    scripts: {
      app: node('for(let i=0;i<9;i++)console.log("line",i);console.log("plan_code=premium see acme_0123456789")'),
    },
    limits: { output_lines: 3 },
    redaction: { names: ['plan_code'], patterns: ['acme_[0-9]{6,}'] },
  });
  const { data } = await session.ok('run', { script_name: 'app', mode: 'foreground' });
  const last = (data['lines'] as { last: string[] }).last.at(-1) ?? '';
  expect(last || String((data['lines'] as { first: string[] }).first.at(-1))).toMatch(
    /^plan_code=\[redacted \w{6}\] see \[redacted \w{6}\]$/,
  );
  const { text, meta } = await session.ok('proc', { action: 'output', process_id: 'app' });
  expect(meta).toMatchObject({ lines: 3, total: 10 });
  expect(text).not.toMatch(/premium|acme_/);
  expect((await session.ok('proc', { action: 'output', process_id: 'app', tail: 5 })).meta['lines']).toBe(5);
  expect((await session.ok('proc', { action: 'output', process_id: 'app', tail: 1, reveal: true })).text).toContain(
    'acme_0123456789',
  );
});
