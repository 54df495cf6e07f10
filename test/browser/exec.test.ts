/** `proxy exec` as an agent uses it: values, places in its code, large results, policies, a page that goes away. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { until, world } from '../acceptance/harness.ts';
import { launch, type Tab } from './chromium.ts';

const PAGE = (title: string) =>
  `<!doctype html><html><head><link rel="icon" href="data:,"><title>${title}</title></head><body></body></html>`;
const META = `<meta charset="utf-8"><meta http-equiv=Content-Security-Policy content="img-src data:; default-src 'none'">`;
const POLICIES: Readonly<Record<string, string>> = {
  '/self': "default-src 'self'; img-src data:",
  '/none': "default-src 'none'; img-src data:",
  '/nonce': "script-src 'nonce-abc'",
  '/strict': "script-src 'nonce-abc' 'strict-dynamic'",
  '/trusted': "require-trusted-types-for 'script'; trusted-types 'none'; script-src 'self'",
};

async function openStand() {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const policy = POLICIES[path];
    response.writeHead(200, {
      'content-type': 'text/html',
      ...(policy === undefined ? {} : { 'content-security-policy': policy }),
    });
    response.end(path === '/meta' ? PAGE(path).replace('<head>', `<head>${META}`) : PAGE(path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const place = await world();
  const session = await place.connect();
  const target_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { data } = await session.ok('proxy', { action: 'start', id: 'site', target_url });
  const browser = await launch();
  const isThere = async (title: string) => {
    const { data: listed } = await session.ok('currentpage', { action: 'list', proxy_id: 'site' });
    return (listed['pages'] as { title: string; active: boolean }[]).some(
      (page) => page.active && page.title === title,
    );
  };
  const load = (path: string): Promise<Tab> => browser.open(String(data['url']).replace(/\/$/, '') + path);
  return {
    session,
    load,
    /** The page's tab, once it can be asked. */
    async open(path: string): Promise<Tab> {
      const tab = await load(path);
      await until(`${path} is there`, () => isThere(path));
      return tab;
    },
    exec: (code: string, more = {}) => session.call('proxy', { action: 'exec', id: 'site', code, ...more }),
  };
}

test('values, places in the code, what it prints, and results that are too much for an answer', async () => {
  const { exec, open } = await openStand();
  await open('/');
  const value = async (code: string) => (await exec(code)).data['value'];
  expect(await value('document.body.getBoundingClientRect()')).toMatchObject({ x: 8, y: 8, left: 8, height: 0 });
  expect(await value('new Response("", { status: 404 })')).toMatchObject({ status: 404 });
  expect(await value('[new DataView(new ArrayBuffer(4)), new Uint8Array(2), new Map([[1, { a: 2n }]])]')).toEqual([
    '[DataView of 4 bytes]',
    [0, 0],
    { 'Map(1)': [[1, { a: '2n' }]] },
  ]);
  const printed = await exec(`console.table([1]); console.group('g'); console.error(new Error('e')); return 3`);
  expect(printed.data).toMatchObject({
    value: 3,
    console: ['table: [1]', 'group: g', 'error: Error: e\n    at code:1:55'],
  });

  const thrown = await exec(
    `let a = 1;\nfunction deep(n) { if (n === 0) throw new TypeError('deep'); deep(n - 1); }\n\ndeep(1)`,
  );
  expect(thrown.data['stack']).toEqual(['deep code:2:39', 'deep code:2:62', '(top) code:4:1']);
  expect((await exec('nope')).data).toMatchObject({
    message: 'ReferenceError: nope is not defined',
    stack: ['(top) code:1:1'],
  });
  for (const [code, message] of [
    ['throw undefined', 'undefined'],
    [`throw 'text'`, 'string: text'],
    ['throw { a: 1 }', 'Object: {"a":1}'],
  ] as const)
    expect((await exec(code)).data).toMatchObject({ error: 'exec_failed', message });

  const long = await exec(`'x'.repeat(300000)`);
  expect(long.data).toMatchObject({ value: null, truncated: false });
  expect(JSON.parse(readFileSync(String(long.data['value_file']), 'utf8'))).toBe('x'.repeat(300_000));
  const longer = await exec(`['\\u4e2d'.repeat(3e6), 'end']`);
  expect(longer.data).toMatchObject({ value: null, truncated: true });
  const kept = JSON.parse(readFileSync(String(longer.data['value_file']), 'utf8'));
  expect(kept[0]).toMatch(/中… \(3000000\)$/);
  expect((await exec('40 + 2')).data).toMatchObject({ value: 42 });
});

test('under every policy that lets our own origin in, trusted types too, and nothing of it is the page’s fault', async () => {
  const { exec, open, session } = await openStand();
  for (const path of Object.keys(POLICIES)) {
    const tab = await open(path);
    expect((await exec('document.title')).data, path).toMatchObject({ value: path });
    await tab.close();
  }
  expect((await session.ok('errors')).text).toMatch(/^\[0 of 0 lines/);
});

test('a page that is left ends its runs', async () => {
  const { exec, open } = await openStand();
  await open('/');
  const left = await exec(`location.href = '/two'; await new Promise(() => {})`);
  expect(left.data).toMatchObject({ error: 'no_page' });
  expect(left.text).toContain('was left or closed before it answered');
});

test('a page whose own policy keeps the client from connecting is no page, and the answer says why', async () => {
  const { exec, session, load } = await openStand();
  await load('/meta');
  const why =
    /^no_page: .*: the document of req_\d+ sets a policy in a <meta> whose default-src keeps .* connecting\. Send that/;
  const run = await exec('document.title');
  expect(run.text).toMatch(why);
  expect(run.data).toMatchObject({ error: 'no_page', document: expect.stringMatching(/^req_\d+$/) });
  expect((await session.call('currentpage', { action: 'get', proxy_id: 'site' })).text).toMatch(why);
});
