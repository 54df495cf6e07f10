/**
 * Every key of the published schema of `devtool-mcp.json` does something: the same project with the key and without it, and what is seen
 * from outside, which differs. A key that the table does not have fails, and so does a row whose key the schema does not have.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { SELF_SIGNED } from '../proxy/certificate.ts';
import { isAlive, ROOT, type Session, sharedWorld, until, type World } from './harness.ts';

type Json = Record<string, unknown>;

interface Seen {
  readonly session: Session;
  readonly place: World;
  /** The project's directory. */
  readonly path: string;
}

interface Row {
  /** The config without the key. */
  readonly rest: Json;
  readonly value: unknown;
  look(seen: Seen): Promise<unknown>;
  readonly without: unknown;
  readonly with: unknown;
}

const node = (code: string) => ({ command: process.execPath, args: ['-e', code] });
const idle = node('setInterval(()=>{},1e6)');
const app = (fields: Json, more: Json = {}): Json => ({ scripts: { app: fields, ...more } });
const front = (fields: Json): Json => ({ proxies: { front: { autostart: false, ...fields } } });

const servers = {
  http: createHttpServer((_, response) => response.end()),
  https: createServer(SELF_SIGNED, (_, response) => response.end()),
};
const portOf = (name: keyof typeof servers): number => (servers[name].address() as AddressInfo).port;
let freePort = 0;
beforeAll(async () => {
  const taken = createHttpServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  freePort = (taken.address() as AddressInfo).port;
  await new Promise((resolve) => taken.close(resolve));
  for (const server of Object.values(servers))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const server of Object.values(servers)) await new Promise((resolve) => server.close(resolve));
});

/** The first words of the script `app` that is run to its end, or the code of the error. */
async function said({ session, path }: Seen): Promise<unknown> {
  const { isError, data } = await session.call('run', { script_name: 'app', path, mode: 'foreground' });
  if (isError) return data['error'];
  const { text } = await session.ok('proc', { action: 'output', process_id: 'app', path, stream: 'stdout' });
  return text.split('\n').slice(0, -1).join(' ');
}

async function waited(seen: Seen, given: Json = {}): Promise<unknown> {
  const { data } = await seen.session.ok('run', { script_name: 'app', path: seen.path, ...given });
  const { ok, match } = data['waited'] as Json;
  return { ok, match };
}

/** A field of what `app` has become. */
const field =
  (name: string, first: (seen: Seen) => Promise<unknown> = runs) =>
  async (seen: Seen): Promise<unknown> => {
    await first(seen);
    const { data } = await seen.session.ok('proc', { action: 'status', process_id: 'app', path: seen.path });
    return data[name];
  };
const runs = ({ session, path }: Seen) => session.ok('run', { script_name: 'app', path, wait_for: 'none' });

/** A field of the proxy that is started by its id alone. */
const started =
  (name: string) =>
  async ({ session, path }: Seen): Promise<unknown> => {
    const { data } = await session.ok('proxy', { action: 'start', id: 'front', path });
    return data[name];
  };

/** Whether `app` has ended once its only client has left, and then the one of a project beside it that is left for a moment alone. */
async function outlives({ place, path }: Seen): Promise<boolean> {
  const beside = join(place.home, `beside-${path.split('/').at(-1)}`);
  mkdirSync(beside, { recursive: true });
  writeFileSync(join(beside, 'devtool-mcp.json'), JSON.stringify({ ...app(idle), limits: { project_idle_ms: 900 } }));
  const pidIn = async (cwd: string): Promise<number> => {
    const visitor = await place.connect({ cwd });
    const { data } = await visitor.ok('run', { script_name: 'app', wait_for: 'none' });
    await visitor.close();
    return Number(data['pid']);
  };
  const pid = await pidIn(path);
  const other = await pidIn(beside);
  await until('the one beside it has ended', () => !isAlive(other));
  return isAlive(pid);
}

async function proxies({ session, path }: Seen): Promise<unknown> {
  await session.ok('run', { script_name: 'app', path, wait_for: 'ready' });
  return (await session.ok('proxy', { action: 'list', path })).data['active_count'];
}

const lines = async (seen: Seen): Promise<unknown> => {
  await said(seen);
  return (await seen.session.ok('proc', { action: 'output', process_id: 'app', path: seen.path })).meta['lines'];
};
const manyLines = node('for(let n=0;n<30;n++)console.log(n,"x".repeat(30))');
/** Ready by its URL, unless something else is asked for. */
const URL_TOLD = 'http://localhost:3333/';
const byUrl = app({ ...node(`console.log('now it is\\n${URL_TOLD}');setInterval(()=>{},1e6)`), ready: {} });

const ROWS: Readonly<Record<string, Row>> = {
  'scripts.<>.command': {
    rest: app({}),
    value: 'echo',
    look: said,
    without: 'from the Procfile',
    with: '',
  },
  'scripts.<>.args': { rest: app({ command: 'echo' }), value: ['a b'], look: said, without: '', with: 'a b' },
  'scripts.<>.shell': {
    rest: app({ command: 'echo $((20 + 3))' }),
    value: true,
    look: said,
    without: 'start_failed',
    with: '23',
  },
  'scripts.<>.cwd': {
    rest: app(node('console.log(require("path").basename(process.cwd()))')),
    value: 'sub',
    look: said,
    without: 'scripts_cwd_0',
    with: 'sub',
  },
  'scripts.<>.env': {
    rest: app(node('console.log(process.env.SAID)')),
    value: { SAID: 'this' },
    look: said,
    without: 'undefined',
    with: 'this',
  },
  'scripts.<>.port': {
    rest: app(node('console.log(process.env.PORT)')),
    value: 4321,
    look: said,
    without: 'undefined',
    with: '4321',
  },
  'scripts.<>.depends_on': {
    rest: app(idle, { before: node('') }),
    value: { before: 'completed' },
    async look({ session, path }) {
      const { data } = await session.ok('run', { script_name: 'app', path, wait_for: 'none' });
      return (data['dependencies'] as Json[]).map(({ process_id }) => process_id);
    },
    without: [],
    with: ['before'],
  },
  'scripts.<>.ready': {
    rest: app(node('console.log("http://localhost:3333/");setTimeout(()=>{},600)')),
    value: 'exit',
    look: (seen) => waited(seen, { wait_for: 'ready' }),
    without: { ok: true, match: 'http://localhost:3333/' },
    with: { ok: true, match: null },
  },
  'scripts.<>.restart': {
    rest: app(
      node(
        'const f=require("fs");if(f.existsSync("ran"))console.log("again");else{f.writeFileSync("ran","");process.exit(1)}',
      ),
    ),
    value: 'on-failure',
    look: (seen) => waited(seen, { wait_for: { text: 'again' } }),
    without: { ok: false, match: null },
    with: { ok: true, match: 'again' },
  },
  'scripts.<>.autostart': {
    rest: app(idle, { last: { ...idle, autostart: true } }),
    value: true,
    async look({ place, path }) {
      const visitor = await place.connect({ cwd: path });
      const running = async () =>
        ((await visitor.ok('proc', { action: 'list' })).data['processes'] as Json[]).map((one) => one['process_id']);
      await until('the last one runs', async () => (await running()).includes('last'));
      const names = await running();
      await visitor.close();
      return names.includes('app');
    },
    without: false,
    with: true,
  },
  'scripts.<>.keep': {
    rest: { ...app(idle), limits: { project_idle_ms: 300 } },
    value: true,
    look: outlives,
    without: false,
    with: true,
  },
  'scripts.<>.timeout_ms': {
    rest: app(node('setTimeout(()=>{},1500)')),
    value: 100,
    look: field('ended_by', said),
    without: 'exit',
    with: 'timeout',
  },
  'scripts.<>.tty': {
    rest: app(node('console.log(process.stdout.isTTY===true)')),
    value: true,
    look: said,
    without: 'false',
    with: 'true',
  },
  'scripts.<>.labels': {
    rest: app(idle),
    value: { tier: 'x' },
    look: field('labels'),
    without: {},
    with: { tier: 'x' },
  },
  'scripts.<>.ready.text': {
    rest: byUrl,
    value: 'now it',
    look: waited,
    without: { ok: true, match: URL_TOLD },
    with: { ok: true, match: 'now it is' },
  },
  'scripts.<>.ready.regex': {
    rest: byUrl,
    value: '^now.*is$',
    look: waited,
    without: { ok: true, match: URL_TOLD },
    with: { ok: true, match: 'now it is' },
  },
  'scripts.<>.ready.port': {
    rest: app({ ...node('require("net").createServer().listen(0)'), ready: { timeout_ms: 2_000 } }),
    value: 1,
    look: async (seen) => ((await waited(seen)) as Json)['ok'],
    without: true,
    with: false,
  },
  'scripts.<>.ready.http': {
    rest: byUrl,
    get value() {
      return `http://127.0.0.1:${portOf('http')}/`;
    },
    look: async (seen) =>
      String(((await waited(seen)) as Json)['match'])
        .split(' ')
        .at(-1),
    without: URL_TOLD,
    with: '200',
  },
  'scripts.<>.ready.exec': {
    rest: byUrl,
    value: 'true',
    look: waited,
    without: { ok: true, match: URL_TOLD },
    with: { ok: true, match: 'true' },
  },
  'scripts.<>.ready.timeout_ms': {
    rest: app({ ...node('setTimeout(()=>{},1500)'), ready: { text: 'never' } }),
    value: 100,
    async look({ session, path }) {
      const { data } = await session.ok('run', { script_name: 'app', path });
      return data['state'];
    },
    without: 'stopped',
    with: 'running',
  },
  'proxies.<>.process': {
    rest: { ...app(idle), ...front({ target_url: 'http://localhost:1', autostart: true }) },
    value: 'app',
    look: started('process_id'),
    without: null,
    with: 'app',
  },
  'proxies.<>.target_url': {
    rest: { ...app(node('')), ...front({ process: 'app' }) },
    value: 'http://localhost:3210',
    async look({ session, path }) {
      await session.ok('run', { script_name: 'app', path, wait_for: 'exit' });
      const { data } = await session.call('proxy', { action: 'start', id: 'front', path });
      return data['error'] ?? data['target_url'];
    },
    without: 'not_running',
    with: 'http://localhost:3210',
  },
  'proxies.<>.port': {
    rest: front({ target_url: 'http://localhost:1' }),
    get value() {
      return freePort;
    },
    look: async (seen) => String(await started('listen_addr')(seen)).endsWith(`:${freePort}`),
    without: false,
    with: true,
  },
  'proxies.<>.bind_address': {
    rest: front({ target_url: 'http://localhost:1' }),
    value: '127.0.0.2',
    look: async (seen) => String(await started('listen_addr')(seen)).split(':')[0],
    without: '127.0.0.1',
    with: '127.0.0.2',
  },
  'proxies.<>.public_url': {
    rest: front({ target_url: 'http://localhost:1' }),
    value: 'http://shop.example/',
    look: started('public_url'),
    without: null,
    with: 'http://shop.example/',
  },
  'proxies.<>.max_log_size': {
    rest: front({ target_url: 'http://localhost:1' }),
    value: 7,
    look: async (seen) => ((await started('log')(seen)) as Json)['max_size'],
    without: 1_000,
    with: 7,
  },
  'proxies.<>.verify_tls': {
    get rest() {
      return front({ target_url: `https://localhost:${portOf('https')}` });
    },
    value: true,
    look: async (seen) => (await fetch(String(await started('url')(seen)))).status,
    without: 200,
    with: 502,
  },
  'proxies.<>.autostart': {
    rest: {
      ...app(node('console.log("http://localhost:3211/");setInterval(()=>{},1e6)')),
      proxies: { front: { process: 'app' } },
    },
    value: false,
    look: proxies,
    without: 1,
    with: 0,
  },
  'limits.project_idle_ms': { rest: app(idle), value: 300, look: outlives, without: true, with: false },
  'limits.output_lines': { rest: app(manyLines), value: 3, look: lines, without: 30, with: 3 },
  'limits.output_characters': { rest: app(manyLines), value: 100, look: lines, without: 30, with: 2 },
  'redaction.names': {
    rest: app(node('console.log("plan_code=abcdef123456")')),
    value: ['plan_code'],
    look: async (seen) => String(await said(seen)).includes('abcdef123456'),
    without: true,
    with: false,
  },
  'redaction.patterns': {
    rest: app(node('console.log("it is acme_abcdef123456")')),
    value: ['acme_[a-z0-9]+'],
    look: async (seen) => String(await said(seen)).includes('abcdef123456'),
    without: true,
    with: false,
  },
};

/** For editors alone. */
const NOT_OURS = ['$schema'];

const shared = sharedWorld();

async function seenWith(key: string, number: number, config: unknown): Promise<unknown> {
  const { place, session } = shared();
  const path = join(place.home, `${key.replace(/[^a-z]+/g, '_')}_${number}`);
  mkdirSync(join(path, 'sub'), { recursive: true });
  writeFileSync(join(path, 'Procfile'), 'app: echo from the Procfile\n');
  writeFileSync(join(path, 'devtool-mcp.json'), JSON.stringify(config));
  expect(z.fromJSONSchema(SCHEMA).safeParse(config).error).toBeUndefined();
  return ROWS[key]?.look({ session, place, path });
}

/** `config` with `value` at `key`, in which `<>` is the first name that is there. */
function withKey(config: unknown, [key = '', ...rest]: readonly string[], value: unknown): unknown {
  const object = (config ?? {}) as Json;
  const name = key === '<>' ? (Object.keys(object)[0] ?? '') : key;
  return { ...object, [name]: rest.length === 0 ? value : withKey(object[name], rest, value) };
}

/** Paths of all that has no parts of its own, `<>` for a name; `ready` has both. */
function keysOf(schema: Json, path: string): string[] {
  const options = (schema['anyOf'] as Json[] | undefined) ?? [schema];
  const parts = options.flatMap(({ properties, additionalProperties }) => [
    ...Object.entries((properties ?? {}) as Record<string, Json>).map(([key, part]) => [key, part] as const),
    ...(typeof additionalProperties === 'object' && path.split('.').length === 1
      ? [['<>', additionalProperties as Json] as const]
      : []),
  ]);
  const below = parts.flatMap(([key, part]) => keysOf(part, path === '' ? key : `${path}.${key}`));
  const isLeaf = below.length === 0 || (path !== '' && options.some((option) => 'enum' in option));
  return [...(isLeaf ? [path] : []), ...below];
}

const SCHEMA = JSON.parse(readFileSync(join(ROOT, 'schema/devtool-mcp.schema.json'), 'utf8')) as Json;

test('every key of the schema has a row, and every row a key', () => {
  expect([...Object.keys(ROWS), ...NOT_OURS].sort()).toEqual(keysOf(SCHEMA, '').sort());
});

test.each(Object.keys(ROWS))('%s', async (key) => {
  const { rest, value, ...row } = ROWS[key] as Row;
  expect(row.with).not.toEqual(row.without);
  const path = key.split('.');
  expect(await seenWith(key, 0, rest)).toEqual(row.without);
  expect(await seenWith(key, 1, withKey(rest, path, value))).toEqual(row.with);
});
