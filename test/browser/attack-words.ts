/** What pages of other sites try on a proxy, in the words of a script: for the tests, and for bench/bars/s5-browser-attacks.mjs. */

/** Every name of the attacker leads to this machine: then only the proxy itself can refuse. */
export const RESOLVER = '--host-resolver-rules=MAP *.evil.test 127.0.0.1, MAP *.evil.test. 127.0.0.1';
/** Attempts to open the page socket, in the words of a script; each says `open` or `refused`. */
export const sockets = (host: string, tokens: readonly string[]): string =>
  `Promise.all(${JSON.stringify(tokens)}.map((query) => new Promise((say) => {
    const socket = new WebSocket('ws://${host}/__devtool/socket' + query);
    socket.onopen = () => say('open');
    socket.onmessage = () => say('told something');
    socket.onclose = () => say('refused');
  })))`;

/** The same in a frame, which posts what it has found. */
export const inFrame = (attributes: string, script: string): string => `new Promise((say) => {
  addEventListener('message', ({ data }) => say(data), { once: true });
  const frame = document.createElement('iframe');
  for (const [name, value] of Object.entries(${attributes})) frame.setAttribute(name, value);
  const text = '<script>(' + ${JSON.stringify(script)} + ').then((found) => parent.postMessage(found, "*"))</scr' + 'ipt>';
  if (frame.hasAttribute('data-url')) frame.src = 'data:text/html,' + encodeURIComponent(text);
  else frame.srcdoc = text;
  document.body.append(frame);
})`;

/** Where the attacker's script runs: an expression that evaluates `script` there. */
export const PLACES: readonly (readonly [string, (evilPort: number) => string, (script: string) => string])[] = [
  ['another site', (port) => `http://www.evil.test:${port}/`, (script) => script],
  ['another port of this machine', (port) => `http://localhost:${port}/`, (script) => script],
  [
    'a sandboxed frame (Origin: null)',
    (port) => `http://www.evil.test:${port}/`,
    (script) => inFrame(`{ sandbox: 'allow-scripts' }`, script),
  ],
  [
    'a data: URL (Origin: null)',
    (port) => `http://localhost:${port}/`,
    (script) => inFrame(`{ 'data-url': '' }`, script),
  ],
];

/** Requests that a browser sends across origins without asking first. Each says what the attacker could see. */
export const SIMPLE_REQUESTS: readonly (readonly [string, string])[] = [
  ['form POST', `submitted('POST', 'application/x-www-form-urlencoded')`],
  ['multipart form POST', `submitted('POST', 'multipart/form-data')`],
  ['text/plain form POST', `submitted('POST', 'text/plain')`],
  ['form GET', `submitted('GET', 'application/x-www-form-urlencoded')`],
  [
    'text/plain fetch',
    `read(fetch(url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"a":1}' }))`,
  ],
  ['no-cors POST', `read(fetch(url, { method: 'POST', mode: 'no-cors', body: 'x' }))`],
  ['no-cors GET', `read(fetch(url, { mode: 'no-cors' }))`],
  ['cors GET', `read(fetch(url))`],
  [
    'JSON, which is asked for first',
    `read(fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }))`,
  ],
  ['fetch with credentials', `read(fetch(url, { method: 'POST', credentials: 'include' }))`],
  [
    'beacon',
    `(navigator.sendBeacon(url, 'x'), read(fetch(url, { method: 'POST', keepalive: true, mode: 'no-cors' })))`,
  ],
  ['image', `loaded(Object.assign(new Image(), { src: url }))`],
  ['script', `loaded(Object.assign(document.createElement('script'), { src: url }))`],
  ['module script', `loaded(Object.assign(document.createElement('script'), { src: url, type: 'module' }))`],
  ['style sheet', `loaded(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: url }))`],
  ['object', `loaded(Object.assign(document.createElement('object'), { data: url }))`],
  [
    'worker',
    `new Promise((say) => { try { const w = new Worker(url); w.onerror = () => say('nothing'); w.onmessage = () => say('ran'); } catch { say('nothing'); } })`,
  ],
  ['import', `import(url).then(() => 'ran', () => 'nothing')`],
  [
    'event source',
    `new Promise((say) => { const s = new EventSource(url); s.onopen = () => say('open'); s.onerror = () => { s.close(); say('nothing'); }; })`,
  ],
];

const HELPERS = `
  const read = (answer) => answer.then((a) => a.type === 'opaque' ? a.text() : a.text().then((t) => t || 'read'), () => '').then((t) => t || 'nothing');
  const loaded = (element) => new Promise((say) => {
    element.onload = () => say('loaded');
    element.onerror = () => say('nothing');
    document.body.append(element);
  });
  const submitted = (method, enctype) => new Promise((say) => {
    const frame = Object.assign(document.createElement('iframe'), { name: 'f' + Math.random() });
    const form = Object.assign(document.createElement('form'), { method, enctype, action: url, target: frame.name });
    form.append(Object.assign(document.createElement('input'), { name: 'a', value: '1' }));
    document.body.append(frame, form);
    frame.onload = () => { let seen = 'nothing'; try { seen = frame.contentDocument?.body.innerText || seen; } catch {} say(seen); };
    form.submit();
  });`;

/** Makes one of them to `url`, and says `nothing` when it has come to nothing. */
export const attempted = (attempt: string, url: string): string =>
  `(async () => { const url = '${url}'; ${HELPERS} return await ${attempt}; })()`;
