// P3: injection never damages. Documents of every shape through the built program; Chromium's parser makes a tree of what was sent and
// of what came, and they may differ by the loader alone. `node bench/bars/p3-documents.mjs [documents=3000] [seed]`
import { createServer, get } from 'node:http';
import { brotliCompressSync, brotliDecompressSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { bundle } from '../lockfree/build.mjs';
import { random, scratch } from './front.mjs';
import { listen, openProxy, watchMemory } from './proxy/stage.mjs';

const count = Number(process.argv[2] ?? 3_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const BATCH = 100;
const LARGE_BYTES = 50 << 20;
const LOADER = '<script data-at="';
if (chromiumPath() === null) {
  console.log('P3: skipped, this bar needs Chromium');
  process.exit(0);
}

const ENCODE = { identity: (bytes) => bytes, gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync };
const DECODE = { identity: (bytes) => bytes, gzip: gunzipSync, br: brotliDecompressSync, deflate: inflateSync };
/** What a browser decodes by; `none` leaves it to the page. */
const CHARSETS = {
  'utf-8': 'utf-8',
  'windows-1252': 'windows-1252',
  shift_jis: 'shift_jis',
  'koi8-r': 'koi8-r',
  none: 'utf-8',
  'utf-16le': 'utf-16le',
};

const WORDS = [
  'a',
  'x y',
  '',
  '<',
  '>',
  '&amp;',
  '</head>',
  '<head>',
  '\xe9\xe8',
  '<!doctype html>',
  '\0',
  '<p',
  '&lt',
  ']]>',
];
const ATTRIBUTES = [
  '',
  ' lang=en',
  ' class="a>b"',
  " data-x='<head>'",
  ' x=a/b',
  ' HIDDEN',
  '\n  id="q"',
  ' a = "1" b=\'2\'',
  ' =x',
  '/ x',
];
const DOCTYPES = [
  ...[
    '',
    '<!doctype html>',
    '<!DOCTYPE HTML>',
    '<!DoCtYpE html SYSTEM "about:legacy-compat">',
    '<!doctype>',
    '<!doctype html  >',
  ],
  '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">',
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">',
  '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">',
];
const SPACES = ['', ' ', '\n', '\t\r\n ', '\f'];
const IN_HEAD = [
  ...[
    '<title>t</title>',
    '<meta charset=utf-8>',
    '<style>a{content:"</head>"}</style>',
    '<template><head><p></p></template>',
    '\n',
  ],
  ...[
    '<base href=/>',
    '<noscript><link></noscript>',
    '<script>var s = "</head><head>";</script>',
    '<script>/*<!--*/ "</body>" /*-->*/</script>',
  ],
  ...[
    '<link rel=x integrity="sha384-abc" href=y>',
    '<title></head></title>',
    '<script src=a integrity=sha256-x></script>',
    '<meta name=a content="<head>">',
  ],
];
const IN_BODY = [
  ...[
    '<p>x',
    '<table><td>',
    '<svg><title>x</title><script>1</script></svg>',
    '<textarea><head></textarea>',
    '<xmp></head></xmp>',
  ],
  ...[
    '<math><mi>x',
    '<select><option>a',
    '<plaintext>',
    '<body class=second>',
    '<html lang=late>',
    '<iframe srcdoc="<head>"></iframe>',
    '<!-- x',
  ],
];

/** A document's text, latin1, and how it is sent. */
function make(next) {
  const one = (list) => list[next(list.length)];
  const some = (list, most) => Array.from({ length: next(most + 1) }, () => one(list)).join('');
  const comment = () =>
    one(['', '<!---->', '<!-- <head> -->', '<!-->', '<!--->', '<!-- a --!>', '<!-- - -- x -->', '<?php x ?>', '<!x>']);
  const bom = next(8) === 0 ? '\xef\xbb\xbf' : '';
  const top = `${bom}${one(SPACES)}${comment()}${one(DOCTYPES)}${one(SPACES)}${comment()}`;
  const html = next(3) === 0 ? '' : `<${one(['html', 'HTML', 'hTmL'])}${one(ATTRIBUTES)}>`;
  const head = next(3) === 0 ? '' : `${one(SPACES)}<${one(['head', 'HEAD'])}${one(ATTRIBUTES)}>`;
  const closed = next(2) === 0 ? '</head>' : '';
  const rest =
    next(10) === 0
      ? '<frameset cols=*><frame src=a></frameset>'
      : `${next(2) === 0 ? '' : `<body${one(ATTRIBUTES)}>`}${some([...IN_BODY, ...WORDS], 5)}${next(2) === 0 ? '' : '</body></html>'}`;
  let text = `${top}${html}${head}${some([...IN_HEAD, ...WORDS.slice(0, 6)], 4)}${closed}${rest}`;
  // Truncated, at any byte.
  if (next(8) === 0) text = text.slice(0, next(text.length + 1));
  const charset = one(Object.keys(CHARSETS));
  const bytes = charset === 'utf-16le' ? Buffer.from(text, 'utf16le') : Buffer.from(text, 'latin1');
  return {
    bytes,
    charset,
    coding: one(Object.keys(ENCODE)),
    framing: one(['length', 'chunked', 'close']),
    csp: one([null, "script-src 'none'"]),
  };
}

const next = random(seed);
const below = (n) => Math.floor(next() * n);
const documents = Array.from({ length: count }, () => make(below));
const large = Buffer.concat([
  Buffer.from('<!doctype html><html><head><title>large</title></head><body>'),
  Buffer.alloc(LARGE_BYTES, '<p>A paragraph.</p>\n'),
]);

const target = createServer((incoming, reply) => {
  if (documents[Number(incoming.url.slice(1))] === undefined && !['/page', '/large'].includes(incoming.url)) {
    reply.statusCode = 404;
    return reply.end();
  }
  if (incoming.url === '/page') return reply.end('<!doctype html><title>p</title>');
  if (incoming.url === '/large') {
    reply.setHeader('Content-Type', 'text/html; charset=utf-8');
    return reply.end(large);
  }
  const { bytes, charset, coding, framing, csp } = documents[Number(incoming.url.slice(1))];
  const accepted = (incoming.headers['accept-encoding'] ?? '').includes(coding) ? coding : 'identity';
  const body = ENCODE[accepted](bytes);
  reply.setHeader('Content-Type', charset === 'none' ? 'text/html' : `text/html; charset=${charset}`);
  reply.setHeader('ETag', '"tag"');
  if (accepted !== 'identity') reply.setHeader('Content-Encoding', accepted);
  if (csp !== null) reply.setHeader('Content-Security-Policy', csp);
  if (framing === 'length') reply.setHeader('Content-Length', body.length);
  if (framing === 'close') {
    reply.shouldKeepAlive = false;
    reply.useChunkedEncodingByDefault = false;
    reply.removeHeader('Transfer-Encoding');
  }
  // In two pieces, cut anywhere.
  const at = body.length >> 1;
  reply.write(body.subarray(0, at));
  setImmediate(() => reply.end(body.subarray(at)));
  return undefined;
});
const port = await listen(target);
const proxy = await openProxy(port);

/** As a browser that opens a page asks. */
function ask(path) {
  const headers = {
    'Sec-Fetch-Dest': 'document',
    Accept: 'text/html',
    'Accept-Encoding': 'gzip, deflate, br',
    Host: `localhost:${proxy.port}`,
  };
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: proxy.port, path, headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part)).on('error', reject);
      answer.on('end', () =>
        resolve({ headers: answer.headers, bytes: Buffer.concat(parts), complete: answer.complete }),
      );
    }).on('error', reject);
  });
}

/** A byte order mark is believed before anything that is said (WHATWG Encoding, BOM sniff). */
const charsetOf = (name, bytes) => (bytes.subarray(0, 3).toString('hex') === 'efbbbf' ? 'utf-8' : CHARSETS[name]);

/** In the page: where two trees differ, but for the loader, which has to be the first element of the head; '' if nowhere. */
const COMPARE = `(pairs) => pairs.map(([charset, before, after]) => {
  const decoded = (text) => new TextDecoder(charset).decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
  const tree = (text) => new DOMParser().parseFromString(text, 'text/html');
  const whole = (one) => one.compatMode + [...one.childNodes].map((node) => node.nodeType === 1 ? node.outerHTML : node.nodeType === 10 ? '<!' + node.name + ' ' + node.publicId + ' ' + node.systemId + '>' : '<!--' + node.data + '-->').join('');
  const [one, other] = [tree(decoded(before)), tree(decoded(after))];
  const first = other.head?.firstElementChild;
  if (!first?.dataset.at) return 'the loader is not first in the head';
  first.remove();
  return whole(one) === whole(other) ? '' : whole(one).slice(0, 300) + ' → ' + whole(other).slice(0, 300);
})`;

const place = scratch();
const { launchChromium } = await import(await bundle('test/browser/chromium-pipe.ts', place.directory));
const browser = launchChromium();
const tab = await browser.open(`http://127.0.0.1:${port}/page`);
const wrong = [];
let [injected, untouched] = [0, 0];
for (let from = 0; from < count; from += BATCH) {
  const pairs = [];
  for (let at = from; at < Math.min(count, from + BATCH); at++) {
    const { bytes, charset, csp } = documents[at];
    const fault = (what) =>
      wrong.push(`document ${at}: ${what}: ${JSON.stringify(bytes.toString('latin1').slice(0, 300))}`);
    const { headers, bytes: body, complete } = await ask(`/${at}`);
    const came = DECODE[headers['content-encoding'] ?? 'identity'](body);
    if (!complete) fault('cut off');
    if (!came.includes(LOADER)) {
      untouched += 1;
      if (!came.equals(bytes)) fault('changed without the loader');
      if (headers.etag !== '"tag"') fault(`untouched, with ETag ${headers.etag}`);
      if ((headers['content-security-policy'] ?? null) !== csp)
        fault(`untouched, with CSP ${headers['content-security-policy']}`);
      continue;
    }
    injected += 1;
    if (!/^W\/"tag\.devtool-s[0-9a-f]{10}"$/.test(headers.etag ?? '')) fault(`ETag ${headers.etag}`);
    if (csp !== null && !(headers['content-security-policy'] ?? '').includes('/__devtool/'))
      fault(`CSP ${headers['content-security-policy']}`);
    pairs.push({ at, pair: [charsetOf(charset, bytes), bytes.toString('base64'), came.toString('base64')] });
  }
  const found = await tab.evaluate(`(${COMPARE})(${JSON.stringify(pairs.map(({ pair }) => pair))})`);
  for (const [i, difference] of found.entries())
    if (difference !== '')
      wrong.push(
        `document ${pairs[i].at}: ${difference}: ${JSON.stringify(documents[pairs[i].at].bytes.toString('latin1').slice(0, 300))}`,
      );
}
const memory = watchMemory(proxy.pid);
const { bytes: grown } = await ask('/large');
const most = memory();
const start = large.indexOf('<title>');
const isLargeRight =
  grown.length > large.length &&
  grown.subarray(0, start).equals(large.subarray(0, start)) &&
  grown.subarray(start + grown.length - large.length).equals(large.subarray(start));
await browser.close();
await proxy.end();
target.close();
place.remove();
for (const line of wrong.slice(0, 20)) console.log(line);
console.log(
  `P3: ${count} documents (seed ${seed}), ${injected} with the loader, ${untouched} untouched, ${wrong.length} damaged; 50 MB ${isLargeRight ? 'exact but for it' : 'NOT EXACT'}, daemon at ${Math.round(most)} MB`,
);
process.exitCode = wrong.length === 0 && isLargeRight ? 0 : 1;
