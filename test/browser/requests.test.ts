/** Requests that a page makes in every way it can: each arrives as it would without the client, is known as the page's, and is judged fairly. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { loadOf } from '../../src/proxy/load-mark.ts';
import { launch } from './chromium.ts';
import { openProxyStand, type ProxyStand } from './proxy-stand.ts';

const PAGE = '<!doctype html><html><head><link rel="icon" href="data:,"></head><body></body></html>';

/** An XMLHttpRequest `x` that is begun by `script`: its text, or how it ended without one. */
const xhr = (script: string): string => `new Promise((done) => {
  const x = new XMLHttpRequest();
  x.onload = () => done(x.responseText);
  x.onerror = () => done('error');
  x.ontimeout = () => done('timeout');
  ${script}
})`;

async function visit(more: Parameters<typeof openProxyStand>[0] = {}) {
  const stand = await openProxyStand({ '/': PAGE, '/echo': { body: 'ok', type: 'text/plain' }, ...more });
  const browser = await launch();
  const tab = await browser.open(`${stand.url}/`);
  await stand.until(() => [...stand.pages.values()].some(({ open }) => open));
  /** What a script's promise gives, or throws. */
  const run = (script: string) =>
    tab.evaluate<string>(`(async () => { ${script} })().then(String, (error) => 'threw ' + error)`);
  return { stand, tab, run };
}

const failures = (stand: ProxyStand) =>
  stand.entries.filter(({ kind }) => kind === 'network').map(({ facts }) => String(facts['reason']));

/** What the target got of the last request to /echo. */
function last({ site }: ProxyStand) {
  const at = site.requests.findLastIndex((line) => line.includes('/echo'));
  return { line: site.requests[at] ?? '', headers: site.headers[at] ?? {} };
}

/** What is asked for, how, and what has to arrive; undefined: no such field. */
const WAYS: readonly (readonly [string, string, string, Record<string, string | undefined>])[] = [
  ['an address', `return (await fetch('/echo?1')).text()`, 'GET /echo?1', {}],
  ['a URL object', `return (await fetch(new URL('/echo?2', location))).text()`, 'GET /echo?2', {}],
  [
    'a Request with all it has',
    `return (await fetch(new Request('/echo', { method: 'POST', headers: { 'x-a': '1' }, body: 'b', referrer: '/some' }))).text()`,
    'POST /echo',
    { 'x-a': '1', 'content-type': 'text/plain;charset=UTF-8', 'content-length': '1' },
  ],
  [
    'a Request that hides where it comes from',
    `return (await fetch(new Request('/echo', { referrerPolicy: 'no-referrer' }))).text()`,
    'GET /echo',
    { referer: undefined },
  ],
  [
    'a Request as options',
    `return (await fetch('/echo', new Request('/none', { method: 'PUT', headers: { 'x-a': '2' } }))).text()`,
    'PUT /echo',
    { 'x-a': '2' },
  ],
  [
    'options of a class',
    `class Options { get method() { return 'PATCH' } get headers() { return [['x-a', '3']] } }
     return (await fetch('/echo', new Options())).text()`,
    'PATCH /echo',
    { 'x-a': '3' },
  ],
  [
    'a Request of a frame',
    `const frame = document.createElement('iframe'); document.body.append(frame);
     return (await fetch(new frame.contentWindow.Request(location.origin + '/echo', { method: 'POST', headers: { 'x-a': '4' } }))).text()`,
    'POST /echo',
    { 'x-a': '4' },
  ],
  [
    'a language of its own',
    `return (await fetch('/echo', { headers: { 'content-language': 'de' } })).text()`,
    'GET /echo',
    { 'content-language': 'de' },
  ],
  ['a request that asks for no answer', `await fetch('/echo', { mode: 'no-cors' }); return 'ok'`, 'GET /echo', {}],
  [
    'one that outlives its page',
    `return (await fetch('/echo', { method: 'POST', body: 'k', keepalive: true })).text()`,
    'POST /echo',
    {},
  ],
  [
    'XMLHttpRequest',
    `return ${xhr(`x.open('PUT', '/echo'); x.setRequestHeader('content-language', 'de'); x.send('1');`)}`,
    'PUT /echo',
    { 'content-language': 'de' },
  ],
];

test('each way of asking arrives as it is meant, and is known as the page’s', async () => {
  const { stand, run } = await visit();
  const load = [...stand.pages.values()][0]?.hello.load;
  for (const [way, script, line, headers] of WAYS) {
    expect(await run(script), way).toBe('ok');
    const seen = last(stand);
    expect(seen.line, way).toBe(line);
    for (const [name, value] of Object.entries({ 'content-language': undefined, ...headers }))
      expect([way, name, seen.headers[name]]).toEqual([way, name, value]);
    const asked = stand.proxy.entries.findLast(({ head }) => head.target.startsWith('/echo'));
    expect(loadOf(asked?.head.fields ?? []), way).toBe(load);
  }
});

test('a redirect to another origin, which knows nothing of us, is followed', async () => {
  const other = createServer((_request, response) =>
    response.writeHead(200, { 'access-control-allow-origin': '*' }).end('from the other'),
  );
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  const { stand, run } = await visit({ '/away': { body: '', headers: { location }, status: 302 } });
  expect(await run(`return (await fetch('/away')).text()`)).toBe('from the other');
  expect(await run(`return ${xhr(`x.open('GET', '/away'); x.send();`)}`)).toBe('from the other');
  expect(failures(stand)).toEqual([]);
});

test('called wrongly, it fails as without the client', async () => {
  const { stand, run } = await visit();
  expect(await run('return fetch()')).toBe(
    `threw TypeError: Failed to execute 'fetch' on 'Window': 1 argument required, but only 0 present.`,
  );
  expect(await run(`return fetch.call({}, '/echo')`)).toContain('Illegal invocation');
  expect(
    await run(
      `const used = new Request('/echo', { method: 'POST', body: 'x' }); await used.text(); return fetch(used)`,
    ),
  ).toContain('already been used');
  expect(stand.site.requests).toEqual(['GET /']);
});

test('what the page calls off is no failure, its own limit of time is one', async () => {
  const { stand, run } = await visit({ '/hang': 'no answer' });
  const off = (reason: string) =>
    `const c = new AbortController(); setTimeout(() => c.abort(${reason}), 30); return fetch('/hang', { signal: c.signal })`;
  expect(await run(off(''))).toContain('AbortError');
  expect(await run(off(`new Error('no need any more')`))).toBe('threw Error: no need any more');
  expect(failures(stand)).toEqual([]);
  expect(await run(`return fetch('/hang', { signal: AbortSignal.timeout(30) })`)).toContain('TimeoutError');
  expect(await run(`return ${xhr(`x.open('GET', '/hang'); x.timeout = 30; x.send();`)}`)).toBe('timeout');
  await stand.until(() => failures(stand).length === 2);
  expect(failures(stand)).toEqual(['TimeoutError: signal timed out', 'timed out']);
});

test('an XMLHttpRequest that is used again is told of once each time', async () => {
  const { stand, run } = await visit({ '/bad': { body: 'no', status: 500 } });
  await run(`const x = new XMLHttpRequest(); for (const url of ['/echo', '/bad', '/bad']) await new Promise((done) => {
    x.open('get', url); x.onloadend = done; x.send(); });`);
  const told = () => stand.entries.filter(({ facts }) => facts['what'] === 'request').map(({ facts }) => facts['url']);
  await stand.until(() => told().length >= 2);
  await run(`return fetch('/bad')`);
  await stand.until(() => told().length >= 3);
  expect(told()).toEqual(['/bad', '/bad', '/bad']);
});
