/** `proxy rules` through MCP stdio, with a real server behind the proxy and real clients before it. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Session, sharedWorld, until, type World } from './harness.ts';

const shared = sharedWorld();
const servers: Server[] = [];
afterEach(async () => {
  await shared().session.call('proxy', { action: 'stop', id: 'web' });
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

interface Got {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function serve(answer: (got: Got, response: ServerResponse) => void): Promise<{ got: Got[]; origin: string }> {
  const got: Got[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
    got.push(one);
    answer(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return { got, origin: `http://localhost:${(server.address() as AddressInfo).port}` };
}

interface Stand {
  readonly place: World;
  readonly session: Session;
  readonly got: Got[];
  readonly url: string;
  rules(...rules: Record<string, unknown>[]): ReturnType<Session['ok']>;
  rule(id: string): Promise<Record<string, unknown>>;
}

async function stand(
  answer: (got: Got, response: ServerResponse) => void = ({ url }, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ url, items: [{ price: 1 }] }));
  },
): Promise<Stand> {
  const { got, origin } = await serve(answer);
  const { place, session } = shared();
  const { data } = await session.ok('proxy', { action: 'start', id: 'web', target_url: origin });
  return {
    place,
    session,
    got,
    url: String(data['url']).replace(/\/$/, ''),
    rules: (...rules) => session.ok('proxy', { action: 'rules', rules }),
    async rule(id) {
      const { data } = await session.ok('proxy', { action: 'rules' });
      const found = (data['rules'] as Record<string, unknown>[]).find((rule) => rule['id'] === id);
      if (found === undefined) throw new Error(`no rule ${id}`);
      return found;
    },
  };
}

const line = async (session: Session, part: string): Promise<string> => {
  let found = '';
  await until(`${part} is over`, async () => {
    const { text } = await session.ok('proxylog', { action: 'query', url_pattern: part });
    found = text.split('\n').find((one) => one.startsWith('req_') && !one.includes(' pending ')) ?? '';
    return found !== '';
  });
  return found;
};

test('respond: a value, a text with pairs of fields, bytes, a status; the target hears of none of them', async () => {
  const { session, url, got, rules, rule } = await stand();
  await rules(
    { id: 'users', match: { method: 'GET', path: '/api/users' }, respond: { body: [{ name: 'Käthe' }] } },
    {
      id: 'cookies',
      match: { url: '/two' },
      respond: {
        status: 201,
        headers: [
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
        ],
        body: 'made',
      },
    },
    {
      id: 'bytes',
      match: { url_pattern: '\\.png$' },
      respond: { headers: { 'Content-Type': 'image/png' }, base64: 'AAEC/w==' },
    },
    { id: 'gone', match: { path: '/gone' }, respond: { status: 204 } },
  );
  const users = await fetch(`${url}/api/users?page=2`);
  expect([users.status, users.headers.get('content-type'), await users.json()]).toEqual([
    200,
    'application/json',
    [{ name: 'Käthe' }],
  ]);
  const two = await fetch(`${url}/two`);
  expect([two.status, two.headers.getSetCookie(), await two.text()]).toEqual([201, ['a=1', 'b=2'], 'made']);
  const png = await fetch(`${url}/logo.png`);
  expect([...new Uint8Array(await png.arrayBuffer())]).toEqual([0, 1, 2, 255]);
  expect((await fetch(`${url}/gone`)).status).toBe(204);
  const head = await fetch(`${url}/two`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([201, '4', '']);
  expect(got).toEqual([]);
  expect(((await (await fetch(`${url}/api/users`, { method: 'POST', body: '{}' })).json()) as Got).url).toBe(
    '/api/users',
  );
  expect(got).toHaveLength(1);
  expect(await rule('users')).toMatchObject({ matched: 1, applied: 1 });
  expect(await line(session, '/two')).toMatch(/ GET \/two 201 .* \(rules: cookies 201\)$/);
  const id = (await line(session, '/two')).split(' ')[0];
  const { data } = await session.ok('proxylog', { action: 'get', entry_id: id });
  expect(data).toMatchObject({ status: 201, outcome: 'complete', rules: ['cookies 201'], timing: {} });
});

test('a template takes from its request, spelled for what it becomes; a file is read at each answer', async () => {
  const { place, url, rules } = await stand();
  const path = await place.write('mocks/cart.json', '{"n":1}');
  await rules(
    {
      match: { method: 'POST', path: '/echo' },
      respond: {
        status: 201,
        headers: { 'Content-Type': 'application/json' },
        body: '{"q":"{{query.q}}","who":"{{json.user.name}}","agent":"{{header.x-who}}","n":{{count}},"m":"{{method}} {{path}}"}',
        template: true,
      },
    },
    {
      match: { path: '/page' },
      respond: { headers: { 'Content-Type': 'text/html' }, body: '<p>{{query.q}}</p>', template: true },
    },
    { match: { path: '/cart' }, respond: { file: 'mocks/cart.json' } },
  );
  const echo = async () =>
    (
      await fetch(`${url}/echo?q=%22}%0a`, {
        method: 'POST',
        headers: { 'x-who': 'me' },
        body: '{"user":{"name":"a\\"b"}}',
      })
    ).json();
  expect(await echo()).toEqual({ q: '"}\n', who: 'a"b', agent: 'me', n: 1, m: 'POST /echo' });
  expect(await echo()).toMatchObject({ n: 2 });
  expect(await (await fetch(`${url}/page?q=<script>`)).text()).toBe('<p>&#60;script&#62;</p>');
  const cart = await fetch(`${url}/cart`);
  expect([cart.headers.get('content-type'), await cart.json()]).toEqual(['application/json', { n: 1 }]);
  writeFileSync(path, '{"n":2}');
  expect(await (await fetch(`${url}/cart`)).json()).toEqual({ n: 2 });
});

test('a file outside of the project is refused, also through a link that comes later', async () => {
  const { place, session, url, rules } = await stand();
  const outside = join(place.project, '..', 'secret.json');
  writeFileSync(outside, '{"secret":true}');
  mkdirSync(join(place.project, 'mocks'), { recursive: true });
  symlinkSync(outside, join(place.project, 'mocks/link.json'));
  for (const file of [
    '../secret.json',
    outside,
    'mocks/link.json',
    'mocks',
    'mocks/none.json',
    '/dev/zero',
    'a\0b',
    tmpdir(),
  ]) {
    const refused = await session.call('proxy', {
      action: 'rules',
      rules: [{ match: { path: '/x' }, respond: { file } }],
    });
    expect([refused.isError, refused.data['parameter']], file).toEqual([true, 'rules[0].respond.file']);
  }
  const path = await place.write('mocks/later.json', '{}');
  await rules({ id: 'later', match: { path: '/later' }, respond: { file: 'mocks/later.json' } });
  rmSync(path);
  symlinkSync(outside, path);
  const answer = await fetch(`${url}/later`);
  expect(answer.status).toBe(502);
  expect(await answer.text()).toMatch(/^devtool-mcp: rule later cannot give its file: .* leads out of /);
});

test('modify: fields both ways, status, JSON of both bodies; what cannot be changed passes, and the log says so', async () => {
  const { session, url, got, rules } = await stand(({ url: path }, response) => {
    if (path === '/text') response.end('no json');
    else
      response
        .setHeader('content-type', 'application/json')
        .setHeader('x-old', 'a')
        .end('{"items":[{"price":1}],"total":1}');
  });
  await rules({
    id: 'change',
    modify: {
      request: {
        headers: { authorization: 'Bearer test', 'x-gone': null },
        json_patch: [{ op: 'replace', path: '/name', value: 'B' }],
      },
      response: {
        status: 203,
        headers: { 'x-old': null, 'X-New': 'b' },
        json_patch: [
          { op: 'replace', path: '/items/0/price', value: 99 },
          { op: 'add', path: '/items/-', value: {} },
          { op: 'remove', path: '/total' },
        ],
      },
    },
  });
  const answer = await fetch(`${url}/a`, { method: 'POST', headers: { 'x-gone': '1' }, body: '{"name":"A","n":1}' });
  expect([answer.status, answer.headers.get('x-old'), answer.headers.get('x-new')]).toEqual([203, null, 'b']);
  expect(await answer.json()).toEqual({ items: [{ price: 99 }, {}] });
  expect(got[0]).toMatchObject({
    body: '{"name":"B","n":1}',
    headers: { authorization: 'Bearer test', 'content-length': '18' },
  });
  expect(got[0]?.headers['x-gone']).toBeUndefined();
  expect(await (await fetch(`${url}/text`)).text()).toBe('no json');
  expect(await line(session, '/text')).toContain('(rules: change (its body is no JSON))');
});

test('delay, throttle: within their ranges; another target gets the request under its own name', async () => {
  const other = await serve(({ headers }, response) => response.end(`other ${headers.host}`));
  const { url, rules, rule } = await stand((_, response) => response.end(Buffer.alloc(30_000, 'x')));
  await rules(
    { id: 'slow', match: { path: '/slow' }, delay_ms: [150, 200] },
    { id: 'thin', match: { path: '/thin' }, throttle: { bytes_per_second: 100_000 } },
    { id: 'there', match: { path: '/there' }, target_url: other.origin },
  );
  const took = async (path: string) => {
    const start = performance.now();
    const text = await (await fetch(url + path)).text();
    expect(text).toHaveLength(30_000);
    return performance.now() - start;
  };
  expect(await took('/slow')).toBeGreaterThanOrEqual(149);
  expect(await took('/thin')).toBeGreaterThanOrEqual(280);
  expect(await (await fetch(`${url}/there`)).text()).toBe(`other ${new URL(other.origin).host}`);
  expect(await rule('there')).toMatchObject({ applied: 1 });
});

test('abort: reset, closed, or held until the browser leaves or the rule goes', async () => {
  const { session, url, got, rules } = await stand();
  await rules(
    { id: 'reset', match: { path: '/reset' }, abort: true },
    { id: 'close', match: { path: '/close' }, abort: 'close' },
    { id: 'hang', match: { path: '/hang' }, abort: 'hang' },
  );
  const failure = (path: string) =>
    fetch(url + path).then(
      () => 'answered',
      (error) => String(error.cause?.code),
    );
  expect(await failure('/reset')).toBe('ECONNRESET');
  expect(await failure('/close')).toBe('UND_ERR_SOCKET');
  expect(await line(session, '/reset')).toMatch(/ GET \/reset - cut .* \(rules: reset reset\)$/);
  const leaves = new AbortController();
  const held = fetch(`${url}/hang?1`, { signal: leaves.signal }).catch((error) => error.name);
  await until('it hangs', async () => {
    const { text } = await session.ok('proxylog', { action: 'query', url_pattern: '/hang' });
    return /pending .*\(rules: hang held\)/.test(text);
  });
  leaves.abort();
  expect(await held).toBe('AbortError');
  expect(await line(session, '/hang')).toMatch(/client_aborted .* \(rules: hang held\)$/);
  const second = fetch(`${url}/hang?2`);
  await until('it hangs', async () => {
    const { text } = await session.ok('proxylog', { action: 'query', url_pattern: '/hang?2' });
    return text.includes('pending');
  });
  expect(got).toEqual([]);
  await session.ok('proxy', { action: 'rules', clear: true });
  expect((await second).status).toBe(200);
  expect(got.map((one) => one.url)).toEqual(['/hang?2']);
});

test('nth, times, order, switches, expiry, removal; counts outlive the worker', async () => {
  const { session, url, rules, rule } = await stand((_, response) => response.end('target'));
  const ask = async (path: string) => (await fetch(url + path)).text();
  await rules(
    { id: 'third', match: { path: '/n', nth: 3 }, respond: { body: 'third' } },
    { id: 'twice', match: { path: '/t' }, respond: { body: 'twice' }, times: 2 },
    { id: 'late', match: { path: '/o' }, order: 5, respond: { body: 'late' } },
    { id: 'early', match: { path: '/o' }, order: -5, respond: { body: 'early' } },
  );
  expect([await ask('/n'), await ask('/n')]).toEqual(['target', 'target']);
  expect(await ask('/t')).toBe('twice');
  await session.ok('proxy', { action: 'restart' });
  expect(await ask('/n')).toBe('third');
  expect(await ask('/n')).toBe('target');
  expect([await ask('/t'), await ask('/t')]).toEqual(['twice', 'target']);
  expect(await rule('twice')).toMatchObject({ applied: 2, times_left: 0 });
  expect(await ask('/o')).toBe('early');
  await session.ok('proxy', { action: 'rules', disable_rule: 'early' });
  expect(await ask('/o')).toBe('late');
  await session.ok('proxy', { action: 'rules', remove_rule: 'late' });
  expect(await ask('/o')).toBe('target');
  await session.ok('proxy', { action: 'rules', enable_rule: 'early' });
  expect(await ask('/o')).toBe('early');
  await session.ok('proxy', { action: 'rules', enabled: false });
  expect(await ask('/o')).toBe('target');
  await rules({ id: 'early', match: { path: '/o' }, respond: { body: 'brief' }, expires_ms: 400 });
  await session.ok('proxy', { action: 'rules', enabled: true });
  expect(await ask('/o')).toBe('brief');
  await until('it expires', async () => (await ask('/o')) === 'target');
  const { data } = await session.ok('proxy', { action: 'rules' });
  expect((data['rules'] as { id: string }[]).map(({ id }) => id)).toEqual(['third', 'twice']);
});

test('matching: type, fields, bodies as they come, however late', async () => {
  const { url, got, rules } = await stand((_, response) => response.end('target'));
  await rules(
    { match: { type: 'script' }, respond: { body: 'script' } },
    { match: { headers: { 'x-user': '^admin$', accept: true } }, respond: { body: 'admin' } },
    { match: { body: '"operationName":"Cart"' }, respond: { body: '{"data":{}}' } },
  );
  const ask = async (init: RequestInit = {}) => (await fetch(`${url}/q`, init)).text();
  expect(await ask({ headers: { 'sec-fetch-dest': 'script' } })).toBe('script');
  expect(await ask({ headers: { 'x-user': 'admin' } })).toBe('admin');
  expect(await ask({ headers: { 'x-user': 'administrator' } })).toBe('target');
  expect(await ask({ method: 'POST', body: '{"operationName":"Cart"}' })).toBe('{"data":{}}');
  const large = `{"operationName":"Other"}${' '.repeat(300_000)}"operationName":"Cart"`;
  expect(await ask({ method: 'POST', body: large })).toBe('target');
  expect(got.at(-1)?.body).toBe(large);
  // A body that waits to be asked for.
  const { port } = new URL(url);
  const socket = connect(Number(port), 'localhost');
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  socket.write(`POST /q HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 22\r\nExpect: 100-continue\r\n\r\n`);
  await until('it is asked for', () => text.includes('100 Continue'));
  socket.write('"operationName":"Cart"');
  await until('it is answered', () => text.includes('{"data":{}}'));
  socket.destroy();
});

test('a bad rule is refused whole, with the field named', async () => {
  const { session } = shared();
  await session.ok('proxy', { action: 'start', id: 'web', target_url: 'http://localhost:9' });
  for (const [rules, parameter, words] of BAD) {
    const refused = await session.call('proxy', { action: 'rules', rules });
    expect([refused.data['error'], refused.data['parameter']]).toEqual(['invalid_argument', parameter]);
    expect(refused.text).toContain(words);
  }
  const { data } = await session.ok('proxy', { action: 'rules' });
  expect(data).toMatchObject({ total: 0, enabled: true });
});

const BAD: readonly (readonly [unknown, string, string])[] = [
  [[{ match: {} }], 'rules[0]', 'does nothing'],
  [[{ match: { url_pattern: '(a+' }, respond: {} }], 'rules[0].match.url_pattern', 'without its )'],
  [[{ match: { url_pattern: '(?=a)' }, respond: {} }], 'rules[0].match.url_pattern', 'linear time'],
  [[{ respond: {} }, { respond: { status: 99 } }], 'rules[1].respond.status', '99'],
  [[{ respond: { headers: { 'X-A': 'a\r\nb' } } }], 'rules[0].respond.headers.X-A', 'Latin-1'],
  [[{ respond: { headers: { 'Content-Length': '4' } } }], 'rules[0].respond.headers.Content-Length', 'framing'],
  [[{ respond: { body: 'a', base64: 'YQ==' } }], 'rules[0].respond', 'takes one of'],
  [[{ respond: { body: '{{nope}}', template: true } }], 'rules[0].respond.body', 'is unknown'],
  [[{ match: { url: 'http://x/' }, respond: {} }], 'rules[0].match.url', 'must be a path'],
  [[{ match: { url: '/__devtool/socket' }, respond: {} }], 'rules[0].match.url', 'devtool-mcp itself'],
  [[{ delay_ms: [5, 1] }], 'rules[0].delay_ms', 'least'],
  [[{ delay_ms: 1e9 }], 'rules[0].delay_ms', ''],
  [[{ dealy_ms: 5 }], 'rules[0].dealy_ms', 'is unknown'],
  [[{ match: { pathh: '/' }, respond: {} }], 'rules[0].match.pathh', 'match takes method, methods, url, path,'],
  [[{ respond: { jsn: {} } }], 'rules[0].respond.jsn', 'respond takes status, headers, body, base64, file, template.'],
  [
    [{ modify: { response: { json_patch: [{ op: 'add', path: 'a', value: 1 }] } } }],
    'rules[0].modify.response.json_patch[0].path',
    'Pointer',
  ],
  [[{ target_url: 'ftp://x' }], 'rules[0].target_url', ''],
  [
    [
      { id: 'a', abort: true },
      { id: 'a', abort: true },
    ],
    'rules[1].id',
    'twice',
  ],
  [[{ id: '../a', abort: true }], 'rules[0].id', 'letters'],
];
