/** Pages of every shape, and pages that fight: each works as without us, its error is told, and what it forges is not believed. */
import { describe, expect, test } from 'vitest';
import { launch } from './chromium.ts';
import { document, ICON, NO_RUN, OWN, SHAPES, type Shape } from './page-shapes.ts';
import { openProxyStand, type ProxyStand } from './proxy-stand.ts';

async function visit(shape: Shape) {
  const stand = await openProxyStand({
    '/': shape.page,
    '/own.js': { type: 'text/javascript', body: OWN },
    '/evil.js': { type: 'text/javascript', body: 'window.evil = true' },
    ...shape.others,
  });
  const browser = await launch();
  const tab = await browser.open('about:blank');
  if (shape.before !== undefined) await tab.send('Page.addScriptToEvaluateOnNewDocument', { source: shape.before });
  await tab.goto(`${stand.url}/`);
  return { stand, browser, tab };
}

const errorsOf = (stand: ProxyStand) =>
  stand.entries.filter(({ kind, facts }) => kind === 'error' && String(facts['message']).includes('told'));

describe('a page', () => {
  test.each(Object.entries(SHAPES))('%s', async (_, shape) => {
    const { stand, tab } = await visit(shape);
    await tab.until(`document.firstElementChild.dataset.works === 'yes'`);
    expect(await tab.evaluate('window.evil')).toBeUndefined();
    if (shape.silent) {
      expect(stand).toMatchObject({ pages: new Map(), entries: [] });
      return;
    }
    await stand.until(() => errorsOf(stand).length > 0);
    expect(errorsOf(stand)).toHaveLength(1);
    expect(errorsOf(stand)[0]?.facts['name']).toBe('RangeError');
    expect(stand.pages.size).toBe(1);
    expect([...stand.pages.values()][0]?.hello).toMatchObject({ url: `${stand.url}/`, frame: 'top' });
    const run = await stand.exec('return 40 + 2');
    if (shape.run === NO_RUN) expect(JSON.stringify(run)).toMatch(NO_RUN);
    else expect(run).toMatchObject({ ok: true, value: 42 });
    const kinds = new Set(stand.entries.map(({ kind }) => kind));
    expect([...kinds].every((kind) => ['error', 'performance', 'console', 'network'].includes(kind))).toBe(true);
  });
});

describe('frames and workers', () => {
  test('srcdoc, about:blank and a frame of its own: the page works, each error is told by whoever is watched', async () => {
    const inner = `<!doctype html><html><head><title>inner</title></head><body><script>throw new RangeError('told by inner');</script></body></html>`;
    const page = document(
      '',
      `addEventListener('load', () => { ${OWN} });
       const frame = document.createElement('iframe'); document.body.append(frame);
       frame.contentWindow.eval('setTimeout(() => { throw new RangeError("nobody sees this") })');`,
    ).replace(
      '<p>text</p>',
      `<iframe srcdoc="<p>s</p><script>parent.seen = 1</script>"></iframe><iframe src="/inner" name="inner"></iframe>`,
    );
    const { stand, tab } = await visit({ page, others: { '/inner': inner } });
    await tab.until(`document.documentElement.dataset.works === 'yes' && window.seen === 1`);
    await stand.until(() => errorsOf(stand).length === 2);
    const byPage = errorsOf(stand).map(({ page: number, facts }) => [
      stand.pages.get(number)?.hello.frame,
      facts['message'],
    ]);
    expect(byPage.sort()).toEqual([
      ['frame inner', 'Uncaught RangeError: told by inner'],
      ['top', 'Uncaught RangeError: told'],
    ]);
    expect(stand.pages.size).toBe(2);
  });

  test('a service worker that answers everything: the page is watched still, and our paths are not taken for its own', async () => {
    const worker = `self.addEventListener('install', () => self.skipWaiting()); self.addEventListener('activate', (e) => e.waitUntil(clients.claim()));
      self.addEventListener('fetch', (event) => { const path = new URL(event.request.url).pathname;
        if (path === '/cached') event.respondWith(new Response('from the worker'));
        else event.respondWith(fetch(event.request)); });`;
    const register = `navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready);`;
    const { stand, tab } = await visit({
      page: document(register),
      others: { '/worker.js': { type: 'text/javascript', body: worker } },
    });
    await tab.until('navigator.serviceWorker.controller !== null');
    await stand.until(() => stand.pages.size === 1);
    await tab.goto(`${stand.url}/`);
    await stand.until(
      () => [...stand.pages.values()].filter(({ open }) => open).length === 1 && stand.pages.size === 2,
    );
    await stand.until(() => errorsOf(stand).length === 2);
    expect(await tab.evaluate(`fetch('/cached').then((a) => a.text())`)).toBe('from the worker');
    expect(await stand.exec('return 40 + 2')).toMatchObject({ ok: true, value: 42 });
  });

  test('a document of 20 MB', async () => {
    const body = `<!doctype html><html><head>${ICON}</head><body>${'<!-- 64 characters of nothing at all, again and again and so on -->\n'.repeat(300_000)}<script>${OWN}</script></body></html>`;
    const { stand, tab } = await visit({ page: body });
    await tab.until(`document.documentElement.dataset.works === 'yes'`);
    await stand.until(() => errorsOf(stand).length === 1);
  });
});

/** A page that speaks for itself, past the client: with a token of its own, over a socket of its own. */
const forge = (
  body: string,
): string => `fetch('/__devtool/token', { method: 'POST' }).then((a) => a.text()).then((token) => new Promise((done) => {
  const socket = new WebSocket('ws://' + location.host + '/__devtool/socket?token=' + token);
  const say = (message) => socket.send(JSON.stringify(message));
  socket.onopen = () => { ${body} };
  socket.onclose = () => done('closed');
}))`;
const HELLO = `say({ say: 'hello', version: 1, tab: 'forged', load: 'forged', url: location.href, title: 'forged', frame: 'top', at: 1 });`;

describe('a page that lies', () => {
  test('answers for runs of another page are not believed, nor does it get to see them', async () => {
    const { stand, browser, tab } = await visit({ page: document('') });
    await stand.until(() => stand.pages.size === 1);
    const victim = [...stand.pages.keys()][0] ?? 0;
    const other = await browser.open(`${stand.url}/?attacker`);
    await other.evaluate(
      `void ${forge(`${HELLO} window.heard = []; socket.onmessage = ({ data }) => heard.push(data);
      let at = 0; setInterval(() => { at += 1; for (const id of ['run-1', 'run-2', 'run-' + at]) say({ say: 'answer', id, ok: true, type: 'number', value: 666, console: [], ms: 0 }); }, 20);`)}`,
    );
    await stand.until(() => [...stand.pages.values()].some(({ hello }) => hello.load === 'forged'));
    expect(await stand.exec('return await new Promise((done) => setTimeout(done, 300, 40 + 2))', victim)).toMatchObject(
      { ok: true, value: 42 },
    );
    expect(await stand.exec('return document.title + location.search', victim)).toMatchObject({ value: '' });
    expect(stand.answers.map(({ value }) => value)).toEqual([42, '']);
    expect(await other.evaluate(`heard.filter((text) => text.includes('exec'))`)).toEqual([]);
    expect(tab.console.filter((line) => line.includes('666'))).toEqual([]);
  });

  test('what is no message ends its own socket alone', async () => {
    const { stand, tab } = await visit({ page: document('') });
    await stand.until(() => [...stand.pages.values()].some(({ open }) => open));
    for (const body of [
      `say({ say: 'exec', id: 'x', src: '/evil.js' });`,
      `${HELLO} say({ say: 'welcome', page: 'page_1' });`,
      `${HELLO} ${HELLO}`,
      `${HELLO} socket.send(new Uint8Array(9));`,
      `${HELLO} socket.send('x'.repeat(2_000_000));`,
      `${HELLO} socket.send('{"say":"report","last":1,"entries":[{"kind":"error","at":1,"facts":{"message":' + '['.repeat(1e5) + ']'.repeat(1e5) + '}}]}');`,
    ])
      expect(await tab.evaluate(forge(body))).toBe('closed');
    expect(await stand.exec('return 40 + 2', [...stand.pages.keys()][0])).toMatchObject({ ok: true, value: 42 });
    expect(stand.entries.filter(({ facts }) => String(facts['message']).includes('[['))).toEqual([]);
  });

  test('messages without end: they are counted, the page and the others go on', async () => {
    const { stand, browser, tab } = await visit({ page: document('') });
    await stand.until(() => [...stand.pages.values()].some(({ open }) => open));
    const victim = [...stand.pages.keys()][0] ?? 0;
    const other = await browser.open(`${stand.url}/?flood`);
    await other.evaluate(
      `void ${forge(`${HELLO} let last = 0; const entries = Array.from({ length: 50 }, () => ({ kind: 'console', at: 1, facts: { text: 'flood' } }));
      const flood = () => { for (let i = 0; i < 500 && socket.bufferedAmount < 1e6; i++) { last += 50; say({ say: 'report', last, dropped: 0, entries }); } setTimeout(flood, 5); }; flood();`)}`,
    );
    await stand.until(() =>
      [...stand.pages.values()].some(({ hello, dropped }) => hello.load === 'forged' && dropped > 1_000),
    );
    expect(await stand.exec('return 40 + 2', victim)).toMatchObject({ ok: true, value: 42 });
    await tab.evaluate(`void Promise.reject(new RangeError('told in the flood'))`);
    await stand.until(() =>
      errorsOf(stand).some(({ page, facts }) => page === victim && facts['message'] === 'told in the flood'),
    );
    expect(await tab.evaluate(`fetch('/own.js').then((a) => a.status)`)).toBe(200);
  });
});
