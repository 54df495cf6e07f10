/** The page client in real pages: what it sees, what it survives, and that it is not noticed. */
import { describe, expect, test } from 'vitest';
import { launch } from './chromium.ts';
import { openPageStand, type PageStand } from './page-stand.ts';

const document = (head: string, body = ''): string =>
  `<!doctype html><html><head>${head}</head><body>${body}</body></html>`;

async function visit(pages: Parameters<typeof openPageStand>[0], path = '/') {
  const stand = await openPageStand(pages);
  const browser = await launch();
  const tab = await browser.open(stand.url + path);
  await stand.until(() => [...stand.pages.values()].some(({ open }) => open));
  return { stand, browser, tab };
}

const factsOf = (stand: PageStand, kind: string) =>
  stand.entries.filter((entry) => entry.kind === kind).map(({ facts }) => facts);
const has = (stand: PageStand, kind: string, facts: Record<string, unknown>) => () =>
  factsOf(stand, kind).some((seen) => Object.entries(facts).every(([name, value]) => seen[name] === value));

async function exec(stand: PageStand, code: string, page?: number) {
  const number = page ?? [...stand.pages.keys()].at(-1) ?? 0;
  const id = `run${stand.answers.length}x${Math.random().toString(36).slice(2)}`;
  expect(stand.socket.exec(number, id, code)).toBe(true);
  await stand.until(() => stand.answers.some((answer) => answer.id === id));
  return stand.answers.find((answer) => answer.id === id);
}

describe('it sees', () => {
  test('what the first inline script throws, and rejections that nobody handles', async () => {
    const script = `<script>Promise.reject(new TypeError('later')); throw new RangeError('at once');</script>`;
    const { stand } = await visit({ '/': document(script) });
    await stand.until(
      has(stand, 'error', { source: 'uncaught', name: 'RangeError', message: 'Uncaught RangeError: at once' }),
    );
    await stand.until(has(stand, 'error', { source: 'unhandledrejection', name: 'TypeError', message: 'later' }));
    expect(String(factsOf(stand, 'error')[0]?.['stack'])).toContain(stand.url);
  });

  test('broken images, and what the policy blocks; a strict policy does not stop it', async () => {
    const headers = { 'content-security-policy': "default-src 'self'" };
    const body = document('', '<img id="logo" src="/none.png"><script>never()</script>');
    const { stand } = await visit({ '/': { body, headers } });
    await stand.until(has(stand, 'error', { source: 'resource', element: '#logo' }));
    await stand.until(() =>
      factsOf(stand, 'error').some(({ source, message }) => source === 'policy' && /script-src/.test(String(message))),
    );
    expect(await exec(stand, 'return 40 + 2')).toMatchObject({ ok: true, value: 42 });
  });

  test('the console: every level, formats, values, stacks', async () => {
    const { stand, tab } = await visit({ '/': document('<title>t</title>') });
    await tab.evaluate(
      `console.log('%s has %d', 'cart', 3, { a: [1n, new Map([['k', document.body]])] }); console.error(new Error('boom')); console.assert(1 > 2, 'odd')`,
    );
    await stand.until(() => factsOf(stand, 'console').length >= 3);
    const [first, second, third] = factsOf(stand, 'console');
    expect(first).toMatchObject({ level: 'log', text: 'cart has 3 {"a":["1n",{"Map(1)":[["k","body"]]}]}' });
    expect(second).toMatchObject({ level: 'error', error: { name: 'Error', message: 'boom' } });
    expect(third).toMatchObject({ level: 'error', text: 'Assertion failed: odd' });
    expect(tab.console.filter((line) => line.includes('cart'))).toHaveLength(1);
  });

  test('clicks and keys but never what is typed; navigation without a load; load and paint', async () => {
    const { stand, tab } = await visit({
      '/': document('', '<button data-testid="buy"><b>Buy</b> now</button><input type="password" id="pw">'),
    });
    await tab.click('button b');
    await tab.click('#pw');
    await tab.send('Input.insertText', { text: 'hunter2' });
    await tab.evaluate(`history.pushState(null, '', '/cart')`);
    await stand.until(has(stand, 'interaction', { what: 'click', element: '[data-testid="buy"]', label: 'Buy now' }));
    await stand.until(has(stand, 'interaction', { what: 'navigation', to: `${stand.url}/cart` }));
    await stand.until(() =>
      [...stand.pages.values()].some(
        ({ status }) => status?.url === `${stand.url}/cart` && status.vitals['load_ms'] !== null,
      ),
    );
    expect(JSON.stringify(stand.entries)).not.toContain('hunter2');
  });

  test('its own requests carry the load, those to others do not', async () => {
    const { stand, tab } = await visit({ '/': document(''), '/api': { body: '{}', type: 'application/json' } });
    await tab.evaluate(`fetch('/api?a', { headers: { accept: 'x/y' } })`);
    await tab.evaluate(
      `new Promise((done) => { const x = new XMLHttpRequest(); x.open('POST', '/api?b'); x.onload = done; x.send('1'); })`,
    );
    await tab.evaluate(`fetch('${stand.url.replace('localhost', '127.0.0.1')}/api?c', { mode: 'no-cors' })`);
    const load = [...stand.pages.values()][0]?.hello.load;
    const seen = Object.fromEntries(stand.requests.map(({ url, headers }) => [url, headers]));
    expect(seen['/api?a']).toMatchObject({ 'content-language': `x-devtool-${load}`, accept: 'x/y' });
    expect(seen['/api?b']).toMatchObject({ 'content-language': `x-devtool-${load}` });
    expect(seen['/api?c']).not.toHaveProperty('content-language');
    await tab.evaluate(`fetch('http://localhost:1/').catch(() => {})`);
    await stand.until(() => factsOf(stand, 'network').some(({ url }) => url === 'http://localhost:1/'));
  });
});

test('a click in a shadow tree names what was clicked, and the link around it', async () => {
  const body = `<div id="host"></div><a id="link" href="#x"><span id="icon"></span></a><script>
    host.attachShadow({ mode: 'open' }).innerHTML = '<p><button class="buy"><b>Buy</b></button></p>';
    icon.attachShadow({ mode: 'open' }).innerHTML = '<i>go</i>';
  </script>`;
  const { stand, tab } = await visit({ '/': document('', body) });
  const click = (element: string) => tab.evaluate(`(${element}).click()`);
  await click(`host.shadowRoot.querySelector('b')`);
  await stand.until(has(stand, 'interaction', { what: 'click', element: '#host >>> p > button.buy', label: 'Buy' }));
  await click(`icon.shadowRoot.querySelector('i')`);
  await stand.until(has(stand, 'interaction', { what: 'click', element: '#link' }));
});

describe('runs', () => {
  test('values of every kind, console lines, thrown errors, code that does not compile', async () => {
    const { stand } = await visit({ '/': document('') });
    const value = await exec(
      stand,
      `console.log('in'); await null; const a = { n: NaN, d: new Date(0), s: new Set([1]), e: new Error('x'), f() {} }; a.self = a; return a`,
    );
    expect(value).toMatchObject({ ok: true, type: 'Object', console: ['log: in'] });
    expect(value?.value).toMatchObject({
      n: 'NaN',
      d: '1970-01-01T00:00:00.000Z',
      s: { 'Set(1)': [1] },
      self: '[circular]',
      f: 'ƒ f()',
    });
    expect(await exec(stand, `throw new TypeError('no')`)).toMatchObject({
      ok: false,
      type: 'TypeError',
      value: { message: 'no' },
    });
    expect(await exec(stand, 'return (')).toMatchObject({ ok: false });
    const revoked = 'const r = Proxy.revocable({}, {}); r.revoke(); throw r.proxy';
    expect(await exec(stand, revoked)).toMatchObject({ ok: false, type: 'object' });
    expect(await exec(stand, 'return document.body')).toMatchObject({ ok: true, value: 'body' });
  });

  test('two tabs and a frame are told apart', async () => {
    const { stand, browser } = await visit({
      '/': document('<title>one</title>', '<iframe name="inner" src="/inner"></iframe>'),
      '/inner': document('<title>inside</title>'),
      '/two': document('<title>two</title>'),
    });
    await browser.open(`${stand.url}/two`);
    await stand.until(() => stand.pages.size === 3);
    const byUrl = (path: string) => [...stand.pages.values()].find(({ hello }) => hello.url === stand.url + path);
    expect(byUrl('/inner')?.hello).toMatchObject({ frame: 'frame inner' });
    expect(byUrl('/two')?.hello.tab).not.toBe(byUrl('/')?.hello.tab);
    expect(byUrl('/inner')?.hello.tab).toBe(byUrl('/')?.hello.tab);
    for (const [path, title] of [
      ['/', 'one'],
      ['/inner', 'inside'],
      ['/two', 'two'],
    ] as const)
      expect(await exec(stand, 'return document.title', byUrl(path)?.page)).toMatchObject({ value: title });
  });
});

describe('it survives', () => {
  test('a lost connection: nothing queued is lost or doubled, without a reload', async () => {
    const { stand, tab } = await visit({ '/': document('') });
    stand.shut(true);
    await stand.until(() => [...stand.pages.values()].every(({ open }) => !open));
    await tab.evaluate(`for (let i = 0; i < 50; i++) console.log('line ' + i)`);
    stand.shut(false);
    await stand.until(() => factsOf(stand, 'console').length >= 50);
    expect(factsOf(stand, 'console').map(({ text }) => text)).toEqual(
      Array.from({ length: 50 }, (_, i) => `line ${i}`),
    );
    expect(tab.loads).toHaveLength(1);
    expect(stand.pages.size).toBe(1);
  });

  test('a reload is a new page in the same tab', async () => {
    const { stand, tab } = await visit({ '/': document('') });
    await tab.goto(`${stand.url}/?again`);
    await stand.until(() => stand.pages.size === 2);
    const [first, second] = [...stand.pages.values()];
    expect(second?.hello.tab).toBe(first?.hello.tab);
    expect(second?.hello.load).not.toBe(first?.hello.load);
  });

  test('a reload of a page with frames keeps the tab', async () => {
    const { stand, tab } = await visit({
      '/': document('', '<iframe src="/inner"></iframe>'),
      '/inner': document('<title>inside</title>'),
    });
    await stand.until(() => stand.pages.size === 2);
    await tab.goto(`${stand.url}/?again`);
    await stand.until(() => stand.pages.size === 4);
    expect(new Set([...stand.pages.values()].map(({ hello }) => hello.tab)).size).toBe(1);
  });

  test('a page that looks at what its tab keeps sees nothing of ours, and cannot take the name away', async () => {
    const look = `<script>window.seen = [String(Object.getOwnPropertyDescriptor(window, 'sessionStorage').get), sessionStorage.length];
      sessionStorage.clear(); window.seen.push(String(Object.getOwnPropertyDescriptor(window, 'sessionStorage').get));</script>`;
    const { stand, tab } = await visit({ '/': document(look) });
    await tab.goto(`${stand.url}/?again`);
    await stand.until(() => stand.pages.size === 2);
    const native = 'function get sessionStorage() { [native code] }';
    expect(await tab.evaluate('window.seen')).toEqual([native, 0, native]);
    const [first, second] = [...stand.pages.values()];
    expect(second?.hello.tab).toBe(first?.hello.tab);
    expect(await tab.evaluate('sessionStorage.length')).toBe(0);
  });

  test('a <base> that leads elsewhere: it connects and runs code at its own origin all the same', async () => {
    const { stand, tab } = await visit({
      '/': document('<link rel="icon" href="data:,"><base href="http://nowhere.invalid/">'),
    });
    expect(await exec(stand, 'return document.baseURI')).toMatchObject({ value: 'http://nowhere.invalid/' });
    await tab.goto('about:blank');
    await stand.until(() => [...stand.pages.values()].every(({ open }) => !open));
    expect(tab.console).toEqual([]);
  });

  test('10,000 lines in a second: some are kept, the others counted', async () => {
    const { stand, tab } = await visit({ '/': document('') });
    await tab.evaluate(`for (let i = 0; i < 10000; i++) console.log('line ' + i)`);
    const dropped = () => factsOf(stand, 'console').reduce((sum, facts) => sum + Number(facts['dropped'] ?? 0), 0);
    const kept = () => factsOf(stand, 'console').filter(({ text }) => /^line/.test(String(text))).length;
    // Nothing else is printed: what was dropped is told all the same.
    await stand.until(() => kept() + dropped() === 10_000);
    expect(dropped()).toBeGreaterThan(1_000);
  });

  test('lines while there is no connection and the queue is full are counted, and told once there is one', async () => {
    const { stand, tab } = await visit({ '/': document('') });
    stand.shut(true);
    await stand.until(() => [...stand.pages.values()].every(({ open }) => !open));
    // A thousand of them fill the queue.
    await tab.evaluate(`(async () => { for (let i = 0; i < 4; i++) { for (let n = 0; n < 400; n++) console.log('line ' + 'x'.repeat(4000));
      await new Promise((done) => setTimeout(done, 1010)); } })()`);
    stand.shut(false);
    const lines = () => factsOf(stand, 'console').filter(({ text }) => /^line/.test(String(text))).length;
    const dropped = () => factsOf(stand, 'console').reduce((sum, facts) => sum + Number(facts['dropped'] ?? 0), 0);
    await stand.until(() => lines() + dropped() === 1_600);
    expect(lines()).toBeGreaterThan(900);
  });

  test('a page that replaces and pollutes what it can', async () => {
    const hostile = `<script>
      Object.prototype.toJSON = () => 'mine'; Array.prototype.toJSON = () => 'mine';
      JSON.stringify = () => '"mine"'; JSON.parse = () => ({}); window.WebSocket = function () { throw 1 };
      window.Promise = class {}; window.setTimeout = () => 0; performance.now = () => -1; window.fetch = () => { throw 2 };
      window.addEventListener = () => {}; Object.freeze(console);
      throw new Error('through all that');
    </script>`;
    const { stand } = await visit({ '/': document(hostile) });
    await stand.until(has(stand, 'error', { source: 'uncaught', message: 'Uncaught Error: through all that' }));
    expect(factsOf(stand, 'error')[0]).toMatchObject({ name: 'Error' });
  });
});

test('it is not noticed: natives look as they did, and a page of its own prints nothing more', async () => {
  const { stand, tab } = await visit({ '/': document('<link rel="icon" href="data:,">') });
  expect(
    await tab.evaluate('[fetch.name, fetch.length, String(console.log), XMLHttpRequest.prototype.open.length]'),
  ).toEqual(['fetch', 1, 'function log() { [native code] }', 2]);
  expect(await tab.evaluate(`Object.keys(window).filter((name) => name.includes('devtool'))`)).toEqual([]);
  await exec(stand, 'return 1');
  expect(await tab.evaluate('document.scripts.length')).toBe(0);
  expect(tab.console).toEqual([]);
});

test('a request that fails is as unhandled as it was without the client', async () => {
  const { stand, tab } = await visit({ '/': document('<link rel="icon" href="data:,">') });
  const unhandled = `new Promise((resolve) => {
    addEventListener('unhandledrejection', ({ reason }) => resolve(String(reason)));
    fetch('http://127.0.0.1:1/handled').catch(() => {
      fetch('http://127.0.0.1:1/unhandled');
    });
    setTimeout(() => resolve('handled'), 5000);
  })`;
  expect(await tab.evaluate(unhandled)).toBe('TypeError: Failed to fetch');
  const behind = 'GET http://127.0.0.1:1/unhandled failed: TypeError: Failed to fetch';
  await stand.until(has(stand, 'error', { source: 'unhandledrejection', behind }));
  expect(factsOf(stand, 'error')).toHaveLength(1);
  expect(String(factsOf(stand, 'network')[0]?.['stack'])).toContain(':');
});
