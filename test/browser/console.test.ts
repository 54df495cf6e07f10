/** What a page prints and throws, of every kind: told as a person would read it in the browser's own console. */
import { expect, test } from 'vitest';
import { launch } from './chromium.ts';
import { openPageStand, type PageStand } from './page-stand.ts';

const PAGE = '<!doctype html><html><head><link rel="icon" href="data:,"></head><body><p id="p">x</p></body></html>';

async function visit(pages: Parameters<typeof openPageStand>[0] = { '/': PAGE }) {
  const stand = await openPageStand(pages);
  const browser = await launch();
  const tab = await browser.open(`${stand.url}/`);
  return { stand, tab };
}

const facts = (stand: PageStand, kind: string) =>
  stand.entries.filter((entry) => entry.kind === kind).map((entry) => entry.facts);

const REVOKED = "[unreadable: TypeError: Cannot perform 'getPrototypeOf' on a proxy that has been revoked]";

/** What is printed, by script, and the lines that this makes. */
const PRINTED: readonly (readonly [string, ...string[]])[] = [
  [`console.log('%s is %d, %i, %f %c%% %x', 'a', 4.7, '12px', '1.5', 'color: red', 1)`, 'log: a is 4, NaN, 1.5 % %x 1'],
  [`console.log('%s and %s', 'one')`, 'log: one and %s'],
  [`console.log('%d %i', Symbol('s'), 10n)`, 'log: NaN 10'],
  [`console.log('50 %', 1)`, 'log: 50 % 1'],
  [`console.log(-0, [0, -0], NaN)`, 'log: -0 [0,"-0"] NaN'],
  [`console.log(Object.assign(document.createElement('p'), { className: 'a b' }).classList)`, 'log: ["a","b"]'],
  [`const c = { n: 1 }; c.self = c; console.log(c)`, 'log: {"n":1,"self":"[circular]"}'],
  [`console.log(document.body.firstChild, document)`, 'log: #p [#document]'],
  [
    `console.log(new Map([[1, 2]]), new Set(['x']), new Date(0), /x/g, 10n, -1 / 0, undefined, null)`,
    'log: {"Map(1)":[[1,2]]} {"Set(1)":["x"]} 1970-01-01T00:00:00.000Z /x/g 10n -Infinity undefined null',
  ],
  [
    `console.log(new Uint8Array(2), new DataView(new ArrayBuffer(4)), () => 1, Symbol('s'))`,
    'log: [0,0] [DataView of 4 bytes] ƒ () Symbol(s)',
  ],
  [`class Cart { items = 2 } console.log(new Cart(), [new Cart()])`, 'log: Cart {"items":2} [{"items":2}]'],
  [
    `console.log(new Headers({ a: 'b' }), new URLSearchParams('a=1'), new File(['x'], 'f.txt'))`,
    'log: {"Headers":[["a","b"]]} a=1 File {"name":"f.txt","size":1,"type":""}',
  ],
  [
    `console.log(new Event('hello'), new CustomEvent('mine', { detail: { a: 1 } }))`,
    'log: Event {"type":"hello","target":null} CustomEvent {"type":"mine","target":null,"detail":{"a":1}}',
  ],
  [
    `console.log(new DOMRect(1, 2, 3, 4))`,
    'log: DOMRect {"x":1,"y":2,"width":3,"height":4,"top":2,"right":4,"bottom":6,"left":1}',
  ],
  [`console.log({ get x() { throw 1 }, y: 2 }, Object.create(null))`, 'log: {"x":"[unreadable: 1]","y":2} {}'],
  [
    `console.log(new Proxy({}, { get() { throw new Error('trap') }, ownKeys() { throw new Error('trap') } }))`,
    'log: [unreadable: Error: trap]',
  ],
  [
    `const r = Proxy.revocable({}, {}); r.revoke(); console.log('gone', r.proxy); console.error(r.proxy)`,
    `log: gone ${REVOKED}`,
    `error: ${REVOKED}`,
  ],
  [
    `console.log('closed', new Proxy({}, { getPrototypeOf() { throw new Error('trap') } }))`,
    'log: closed [unreadable: Error: trap]',
  ],
  [`const e = new Error('bare'); e.stack = Object.create(null); console.log(e)`, 'log: Error: bare'],
  [`console.trace('here')`, 'trace: here'],
  [
    `console.assert(true, 'no'); console.assert(false, 'is %s', 'false'); console.assert(false); console.assert(0, { a: 1 })`,
    'error: Assertion failed: is false',
    'error: Assertion failed',
    'error: Assertion failed {"a":1}',
  ],
  [
    `console.dir({ d: 1 }); console.dirxml(document.body); console.table([{ a: 1 }])`,
    'dir: {"d":1}',
    'dirxml: body',
    'table: [{"a":1}]',
  ],
  [
    `console.group('G', 1); console.groupCollapsed('H'); console.groupEnd(); console.groupEnd()`,
    'group: G 1',
    'group: H',
  ],
  [
    `console.count(); console.count('c'); console.count('c'); console.countReset('c'); console.count('c')`,
    'count: default: 1',
    'count: c: 1',
    'count: c: 2',
    'count: c: 1',
  ],
  [`console.log(); console.log('a', '', 'b')`, 'log: ', 'log: a  b'],
];

test('every kind of line, as a console shows it', async () => {
  const { stand, tab } = await visit();
  for (const [script, ...lines] of PRINTED) {
    const before = facts(stand, 'console').length;
    await tab.evaluate(`(() => { ${script} })()`);
    await stand.until(() => facts(stand, 'console').length >= before + lines.length);
    const told = facts(stand, 'console').slice(before);
    expect([script, ...told.map(({ level, text }) => `${level}: ${text}`)]).toEqual([script, ...lines]);
  }
});

test('times, errors with what caused them, huge texts, and where an error was printed', async () => {
  const { stand, tab } = await visit();
  const last = async (script: string) => {
    const before = facts(stand, 'console').length;
    await tab.evaluate(`(() => { ${script}
 })()`);
    await stand.until(() => facts(stand, 'console').length > before);
    return facts(stand, 'console').at(-1) ?? {};
  };
  expect((await last(`console.time('t'); console.timeLog('t', 'more')`))['text']).toMatch(/^t: [\d.]+ ms more$/);
  expect((await last(`console.timeEnd('t'); console.timeEnd('t')`))['text']).toMatch(/^t: [\d.]+ ms$/);
  const caused = await last(`console.error('now', new Error('outer', { cause: new TypeError('inner') }))`);
  expect(caused['text']).toMatch(/^now Error: outer\n(?:.|\n)*\nCaused by: TypeError: inner\n/);
  expect(caused['error']).toMatchObject({
    name: 'Error',
    message: 'outer',
    cause: { name: 'TypeError', message: 'inner' },
  });
  expect(String((await last(`console.log('x'.repeat(5e6), { y: 'y'.repeat(5e6) })`))['text']).length).toBe(4_001);
  expect((await last(`console.error('only words')\n//# sourceURL=printed.js`))['stack']).toContain('printed.js');
});

test('whatever is thrown or rejected is told by what it is', async () => {
  const { stand, tab } = await visit();
  const thrown: readonly (readonly [string, string, string])[] = [
    [`'text'`, '', 'text'],
    ['undefined', '', 'undefined'],
    ['null', '', 'null'],
    ['5', 'number', '5'],
    [`Symbol('s')`, 'symbol', 'Symbol(s)'],
    [`{ code: 7 }`, 'Object', '{"code":7}'],
    [`new Event('error')`, 'Event', 'Event {"type":"error","target":null}'],
    [
      `new Response('', { status: 500 })`,
      'Response',
      'Response {"status":500,"statusText":"","url":"","type":"default"}',
    ],
    ['document.body', 'HTMLBodyElement', 'body'],
    [`(() => { const r = Proxy.revocable({}, {}); r.revoke(); return r.proxy; })()`, 'object', REVOKED],
    [`new DOMException('gone', 'AbortError')`, 'AbortError', 'gone'],
    [
      `new (Object.assign(document.body.appendChild(document.createElement('iframe'))).contentWindow.Error)('of a frame')`,
      'Error',
      'of a frame',
    ],
  ];
  for (const [value, name, message] of thrown) {
    const before = facts(stand, 'error').length;
    await tab.evaluate(`void Promise.reject(${value})`);
    await stand.until(() => facts(stand, 'error').length > before);
    expect([value, facts(stand, 'error').at(-1)]).toMatchObject([
      value,
      { source: 'unhandledrejection', name, message },
    ]);
  }
  await tab.evaluate(`void Promise.reject(new AggregateError([new Error('a'), new TypeError('b')], 'both'))`);
  await stand.until(() => facts(stand, 'error').at(-1)?.['name'] === 'AggregateError');
  expect(facts(stand, 'error').at(-1)?.['cause']).toMatchObject([
    { message: 'a' },
    { name: 'TypeError', message: 'b' },
  ]);
  await tab.evaluate(`setTimeout(() => { throw { message: 'no error', code: 3 } })`);
  await stand.until(() => facts(stand, 'error').at(-1)?.['source'] === 'uncaught');
  expect(facts(stand, 'error').at(-1)).toMatchObject({ name: 'Object', message: '{"message":"no error","code":3}' });
  await tab.evaluate(`void document.body.dispatchEvent(new ErrorEvent('error', { message: 'at an element' }))`);
  await tab.evaluate(`void dispatchEvent(new Event('error'))`);
  await tab.evaluate(`setTimeout(() => { throw new Error('last') })`);
  await stand.until(() => facts(stand, 'error').at(-1)?.['message'] === 'Uncaught Error: last');
  expect(facts(stand, 'error').slice(-2)).toMatchObject([{ source: 'uncaught', message: 'at an element' }, {}]);
});

test('resources of every kind that did not load are named by their address', async () => {
  const body = `<img src="/none.png"><picture><source srcset="/none.webp"><img src="/other.png"></picture>
    <video src="/none.mp4"></video><audio><source src="/none.mp3"></audio><object data="/none.obj" type="image/png"></object>
    <embed src="/none.swf" type="image/png"><input type="image" src="/button.png"><svg><image href="/svg.png"/></svg>
    <video><track default src="/none.vtt"></video>`;
  const head = `<link rel="icon" href="data:,"><link rel="stylesheet" href="/none.css"><script src="/none.js"></script>
    <script type="module">import '/none-of-it.js'</script><script type="module" src="/imports.js"></script>`;
  const { stand } = await visit({
    '/': `<!doctype html><html><head>${head}</head><body>${body}</body></html>`,
    '/imports.js': { body: `import '/none-either.js'`, type: 'text/javascript' },
  });
  const told = () => facts(stand, 'error').map(({ message }) => String(message).replace(stand.url, ''));
  await stand.until(() => told().length >= 13);
  expect(told().sort()).toEqual([
    'embed did not load: /none.swf',
    'image did not load: /svg.png',
    'img did not load: /none.png',
    'img did not load: /none.webp',
    'input did not load: /button.png',
    'link did not load: /none.css',
    'module script, or something that it imports, did not load',
    'module script, or something that it imports, did not load: /imports.js',
    'object did not load: /none.obj',
    'script did not load: /none.js',
    'source did not load: /none.mp3',
    'track did not load: /none.vtt',
    'video did not load: /none.mp4',
  ]);
});
