/** What happens before a page has loaded, when only the client's lookout is there: told as it was then, in its order, and nothing of it noticed. */
import { expect, test } from 'vitest';
import { launch } from './chromium.ts';
import { openProxyStand, type ProxyStand } from './proxy-stand.ts';

const page = (body: string): string =>
  `<!doctype html><html><head><link rel="icon" href="data:,"></head><body>${body}</body></html>`;

/** The client stands in the document, or comes by its address. */
const WAYS = [
  ['in the document', {}],
  ['by its address', { 'content-security-policy': "require-trusted-types-for 'script'" }],
] as const;

async function visit(body: string, headers: Readonly<Record<string, string>> = {}) {
  const stand = await openProxyStand({ '/': { body: page(body), headers } });
  const browser = await launch();
  const tab = await browser.open(`${stand.url}/`);
  return { stand, tab };
}

const factsOf = (stand: ProxyStand, kind: string) =>
  stand.entries.filter((entry) => entry.kind === kind).map(({ facts }) => facts);
const lines = (stand: ProxyStand) => factsOf(stand, 'console').map(({ text }) => text);

test.each(WAYS)('what is printed is told as it was, and when it was: %s', async (_, headers) => {
  const { stand, tab } = await visit(
    `<p id="gone">x</p><script>
      window.early = performance.now();
      console.log('text', 1);
      const cart = { items: [1] };
      console.log('cart', cart);
      cart.items.push(2);
      console.log(gone);
      gone.remove();
      const error = new TypeError('of the cart');
      console.error('failed', error);
      error.message = 'changed';
      for (let i = 0; i < 120; i++) console.info('line ' + i);
      window.late = performance.now();
    </script>`,
    headers,
  );
  await stand.until(() => lines(stand).length >= 124);
  expect(lines(stand).slice(0, 3)).toEqual(['text 1', 'cart {"items":[1]}', '#gone']);
  expect(lines(stand)[3]).toMatch(/^failed TypeError: of the cart\n {4}at /);
  expect(lines(stand).slice(4)).toEqual(Array.from({ length: 120 }, (_, i) => `line ${i}`));
  const [early, late] = await tab.evaluate<[number, number]>('[early, late]');
  const printed = stand.entries.filter(({ kind }) => kind === 'console');
  expect(printed.every(({ at }) => at >= early && at <= late)).toBe(true);
});

test('lines that last are told as they were printed, though the client comes after the load', async () => {
  const { stand, tab } = await visit(
    `<script>console.warn('first %s', 'one', 2n, undefined); console.error(new RangeError('printed')); console.count(); console.count();
      console.time('t'); console.timeEnd('t'); console.assert(true, {}); console.groupCollapsed('g');</script>`,
  );
  await stand.until(() => lines(stand).length >= 6);
  expect(lines(stand)).toEqual([
    'first one 2n undefined',
    expect.stringMatching(/^RangeError: printed\n/),
    'default: 1',
    'default: 2',
    expect.stringMatching(/^t: [\d.]+ ms$/),
    'g',
  ]);
  const [, printed] = factsOf(stand, 'console');
  expect(printed).toMatchObject({ level: 'error', error: { name: 'RangeError', message: 'printed' } });
  expect(String(printed?.['stack'])).toContain(`${stand.url}/:1:`);
  expect(tab.console.filter((line) => line.startsWith('warning: first'))).toHaveLength(1);
});

test.each(WAYS)('errors, and what was asked for just before them: %s', async (_, headers) => {
  const { stand } = await visit(
    `<script>
      const thing = { code: 1 };
      fetch('/none').then((answer) => { if (!answer.ok) throw new Error('no answer'); });
      Promise.reject(thing);
      addEventListener('unhandledrejection', () => { thing.code = 2; });
      throw new RangeError('at once');
    </script>`,
    headers,
  );
  await stand.until(() => factsOf(stand, 'error').length >= 3);
  const byMessage = (message: string) => factsOf(stand, 'error').find((facts) => facts['message'] === message);
  expect(byMessage('Uncaught RangeError: at once')).toMatchObject({ behind: null, name: 'RangeError' });
  expect(byMessage('{"code":1}')).toMatchObject({ source: 'unhandledrejection', name: 'Object' });
  expect(byMessage('no answer')).toMatchObject({ behind: 'GET /none 404' });
});

test.each(WAYS)(
  'a resource that did not load, though the page has put another in its place: %s',
  async (_, headers) => {
    const { stand } = await visit(
      `<ul><li></li><li><img class="photo" src="/none.png"></li></ul><script>
      document.querySelector('img').onerror = ({ target }) => { target.onerror = null; target.src = 'data:,'; document.querySelector('ul').remove(); };
    </script>`,
      headers,
    );
    await stand.until(() => factsOf(stand, 'error').length > 0);
    expect(factsOf(stand, 'error')[0]).toMatchObject({
      source: 'resource',
      url: `${stand.url}/none.png`,
      element: 'body > ul > li:nth-of-type(2) > img.photo',
    });
  },
);

test.each(WAYS)('a click on what is gone then, moves, and the page’s own words: %s', async (_, headers) => {
  const { stand } = await visit(
    `<main><button>Buy</button></main><script>
      const button = document.querySelector('button');
      button.onclick = () => document.querySelector('main').remove();
      history.pushState(null, '', '/cart');
      button.click();
      const data = { items: 1 };
      __devtool.log('cart', 'warn', data);
      data.items = 2;
    </script>`,
    headers,
  );
  await stand.until(() => factsOf(stand, 'custom').length > 0);
  expect(factsOf(stand, 'interaction')).toEqual([
    { what: 'navigation', from: `${stand.url}/`, to: `${stand.url}/cart`, how: 'push' },
    { what: 'click', element: 'body > main > button', label: 'Buy' },
  ]);
  expect(factsOf(stand, 'custom')).toEqual([{ level: 'warn', message: 'cart', data: { items: 1 } }]);
  const [known] = stand.pages.values();
  expect(known?.hello).toMatchObject({ document: `${stand.url}/`, url: `${stand.url}/cart` });
});

test.each(WAYS)('the document is the page’s own alone, from its first script on: %s', async (_, headers) => {
  const { stand, tab } = await visit(
    `<script>window.seen = [document.scripts.length, document.documentElement.outerHTML];</script>`,
    headers,
  );
  const [scripts, html] = await tab.evaluate<[number, string]>('seen');
  expect(scripts).toBe(1);
  expect(html).not.toContain('devtool');
  await stand.until(() => [...stand.pages.values()].some(({ open }) => open));
  expect(await tab.evaluate('document.documentElement.outerHTML.includes("devtool")')).toBe(false);
  expect(tab.console).toEqual([]);
});

test('a policy that a script sets lets the client come by its address, and has nothing to report', async () => {
  const { stand, tab } = await visit(`<script>
    window.reports = [];
    addEventListener('securitypolicyviolation', ({ violatedDirective }) => reports.push(violatedDirective));
    const meta = document.createElement('meta');
    meta.httpEquiv = 'Content-' + 'Security-Policy';
    meta.content = "script-src 'self'";
    document.head.append(meta);
    const cart = { items: 1 };
    console.log('printed', cart);
    setTimeout(() => { throw new RangeError('told'); });
  </script>`);
  await stand.until(() => lines(stand).length > 0 && factsOf(stand, 'error').length > 0);
  expect(lines(stand)).toEqual(['printed {"items":1}']);
  expect(factsOf(stand, 'error')).toMatchObject([{ message: 'Uncaught RangeError: told' }]);
  expect(await tab.evaluate('reports')).toEqual([]);
});

test('what is printed while a document has no element at all, since it is being written anew', async () => {
  const { stand } = await visit(`<script>
    addEventListener('load', () => {
      document.open();
      console.log('between', { root: document.documentElement });
      document.write('<!doctype html><html><body><script>throw new RangeError("told")</' + 'script></body></html>');
      document.close();
    });
  </script>`);
  await stand.until(() => lines(stand).length > 0 && factsOf(stand, 'error').length > 0);
  expect(lines(stand)).toEqual(['between {"root":null}']);
  expect(factsOf(stand, 'error')).toMatchObject([{ message: 'Uncaught RangeError: told' }]);
  expect(await stand.exec('return 40 + 2')).toMatchObject({ ok: true, value: 42 });
});

test('a page cannot put its own in the client’s place', async () => {
  const { stand, tab } = await visit(
    `<script>window.got = 0; const take = () => { window.got += 1; };
      __devtool_mcp__(take); addEventListener('click', () => __devtool_mcp__(take), true);
      new MutationObserver(() => __devtool_mcp__(take)).observe(document, { childList: true, subtree: true });
      document.body.click();
      Object.defineProperty(Document.prototype, 'currentScript', { get: () => null });
    </script>`,
  );
  await stand.until(() => factsOf(stand, 'interaction').length > 0);
  expect(await stand.exec('return 40 + 2')).toMatchObject({ ok: true, value: 42 });
  expect(await tab.evaluate('got')).toBe(0);
});
