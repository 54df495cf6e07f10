/** What a page of another origin tries in a real browser (RELIABILITY T1 to T4, bar S5): none of it works. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Session, until, world } from '../acceptance/harness.ts';
import { launch, type Tab } from './chromium.ts';

/** Names that the attacker's own name server answers with this machine. */
const REBOUND = 'rebind.evil.test';
const ATTACKER = 'attacker.evil.test';
const RULES = `--host-resolver-rules=MAP ${REBOUND} 127.0.0.1, MAP ${ATTACKER} 127.0.0.1`;

interface Site {
  readonly port: number;
  readonly requests: string[];
}

async function site(handle: (request: IncomingMessage) => string): Promise<Site> {
  const requests: string[] = [];
  const server: Server = createServer((request, reply) => {
    requests.push(`${request.method} ${request.url}`);
    reply.setHeader('Content-Type', 'text/html');
    reply.end(handle(request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, requests };
}

const DOCUMENT = '<!doctype html><html><head><link rel="icon" href="data:,"></head><body>here</body></html>';

let session: Session;
let target: Site;
let port: number;
let tab: Tab;

/** The page of a stranger is open, and the proxy has one page of its own. */
beforeEach(async () => {
  target = await site(() => DOCUMENT);
  const attacker = await site(() => DOCUMENT);
  session = await (await world()).connect();
  const { data } = await session.ok('proxy', {
    action: 'start',
    id: 'web',
    target_url: `http://127.0.0.1:${target.port}`,
  });
  port = Number(new URL(String(data['url'])).port);
  const browser = await launch([RULES]);
  const own = await browser.open(String(data['url']));
  await own.until(`document.body.textContent === 'here'`);
  tab = await browser.open(`http://${ATTACKER}:${attacker.port}/`);
});

/** What opening a page socket from the stranger's page comes to, with what is sent to it before it is closed. */
const socketFrom = (url: string): string => `new Promise((resolve) => {
  const socket = new WebSocket(${JSON.stringify(url)});
  const got = [];
  socket.onmessage = ({ data }) => got.push(data);
  socket.onopen = () => { got.push('open'); socket.send('{}'); };
  socket.onclose = () => resolve(got.join(' ') || 'closed');
})`;

/** As it, in a frame without an origin. */
const inSandbox = (script: string): string => `new Promise((resolve) => {
  addEventListener('message', ({ data }) => resolve(data), { once: true });
  const frame = document.createElement('iframe');
  frame.sandbox = 'allow-scripts';
  frame.srcdoc = '<script>(' + ${JSON.stringify(script)} + ').then((said) => parent.postMessage(said, "*"))</' + 'script>';
  document.body.append(frame);
})`;

test('T1: a name that was bound anew to this machine reaches neither target nor page', async () => {
  const before = target.requests.length;
  for (const path of ['/', '/api', '/__devtool/client.js', '/__devtool/health', '/__devtool/token']) {
    await tab.goto(`http://${REBOUND}:${port}${path}`);
    const [entry] = await tab.evaluate<{ responseStatus: number }[]>(
      `performance.getEntriesByType('navigation').map(({ responseStatus }) => ({ responseStatus }))`,
    );
    expect({ path, status: entry?.responseStatus }).toEqual({ path, status: 421 });
    expect(await tab.evaluate(`document.scripts.length`)).toBe(0);
  }
  expect(target.requests).toHaveLength(before);
});

describe('T2: the page socket', () => {
  const address = (query = '') => `ws://localhost:${port}/__devtool/socket${query}`;

  test('does not open to another site, with or without a token that it has seen', async () => {
    const token = await (
      await fetch(`http://localhost:${port}/__devtool/token`, {
        method: 'POST',
        headers: { Origin: `http://localhost:${port}` },
      })
    ).text();
    expect(token).not.toBe('');
    expect(await tab.evaluate(socketFrom(address()))).toBe('closed');
    expect(await tab.evaluate(socketFrom(address('?token=x')))).toBe('closed');
    expect(await tab.evaluate(socketFrom(address(`?token=${token}`)))).toBe('closed');
    expect(await tab.evaluate(inSandbox(socketFrom(address(`?token=${token}`))))).toBe('closed');
    await tab.goto(`http://localhost:${target.port}/`);
    expect(await tab.evaluate(socketFrom(address(`?token=${token}`)))).toBe('closed');
  });

  test('ten thousand wrong tokens later, a page of our own gets in', async () => {
    expect(await refusedUpgrades(10_000)).toBe(10_000);
    await tab.goto(`http://localhost:${port}/`);
    await until('the page is connected', async () => (await statusOf()).data['pages'] === 2);
  });
});

const statusOf = () => session.ok('proxy', { action: 'status', id: 'web' });

/** Asks for the page socket as a page of our own would, with so many tokens that are none; how often that is refused. */
async function refusedUpgrades(count: number): Promise<number> {
  const upgrade =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
  const origin = `Host: localhost:${port}\r\nOrigin: http://localhost:${port}\r\n`;
  const socket = connect({ host: '127.0.0.1', port });
  let answers = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    answers += chunk;
  });
  for (let n = 0; n < count; n++) socket.write(`GET /__devtool/socket?token=${n} HTTP/1.1\r\n${origin}${upgrade}\r\n`);
  socket.end();
  await once(socket, 'close');
  return answers.split('HTTP/1.1 403 ').length - 1;
}

test('T3: requests that a browser sends unasked change nothing', async () => {
  const before = (await statusOf()).data;
  const told = await tab.evaluate(`(async () => {
    const at = 'http://localhost:${port}/__devtool/';
    const said = [];
    for (const path of ['token', 'socket', 'health', 'client.js', 'exec/run-1.js', 'stop', 'restart', 'exec']) {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
        const request = { method: 'POST', mode: 'no-cors', credentials: 'include', headers: { 'Content-Type': type }, body: '{"action":"stop"}' };
        said.push(await fetch(at + path, request).then(({ type }) => type, () => 'refused'));
      }
      navigator.sendBeacon(at + path, 'stop');
      new Image().src = at + path + '?action=stop';
      said.push(await fetch(at + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }).then(() => 'read', () => 'refused'));
    }
    return [...new Set(said)].sort();
  })()`);
  // Nothing could be read, and what is not simple was not even sent.
  expect(told).toEqual(['refused']);
  const form = `<form method="post" action="http://localhost:${port}/__devtool/token"><input name="a" value="b"></form>`;
  await tab.evaluate(`document.body.innerHTML = ${JSON.stringify(form)}; document.forms[0].submit()`);
  await tab.until(`location.pathname === '/__devtool/token'`);
  expect(await tab.evaluate('document.body.innerText')).toMatch(/only pages of this proxy/);
  expect((await statusOf()).data).toMatchObject({ running: true, restart_count: 0, pages: before['pages'] });
});

test('T4: what a stranger includes tells no secret, and shows in no frame', async () => {
  const included = await tab.evaluate<string>(`new Promise((resolve) => {
    const script = document.createElement('script');
    script.src = 'http://localhost:${port}/__devtool/client.js';
    script.onload = () => resolve('loaded ' + Object.keys(window).filter((name) => /devtool|token/i.test(name)).join());
    script.onerror = () => resolve('refused');
    document.head.append(script);
  })`);
  expect(included).toBe('refused');
  for (const path of ['client.js', 'token', 'health', 'exec/run-1.js', 'nothing']) {
    const answer = await fetch(`http://localhost:${port}/__devtool/${path}`);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  }
  const framed = await tab.evaluate(`new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.src = 'http://localhost:${port}/__devtool/health';
    frame.onload = () => { try { resolve(frame.contentDocument === null ? 'opaque' : frame.contentDocument.body.innerText); } catch { resolve('opaque'); } };
    document.body.append(frame);
  })`);
  expect(framed).toBe('opaque');
});
