// S5: pages of other sites, open in a real Chromium beside a page of a proxy, try the ways of T1 to T4 of docs/security.md on the built
// program: names that lead to this machine, page sockets with and without tokens, every request that is sent across origins without
// asking, scripts, frames; on the proxy and on the HTTP door. One has succeeded when it has read something, opened something or
// changed something. `node bench/bars/s5-browser-attacks.mjs`
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundle, requireBuilt } from '../lockfree/build.mjs';
import { BIN, environment, openFront, pidsWith, scratch, until } from './front.mjs';

const REBOUND = ['rebind.evil.test', 'localhost.evil.test', '127.0.0.1.evil.test', 'rebind.evil.test.'];
const PROXY_PATHS = ['token', 'exec/known.js', 'health', 'client.js', 'socket', 'report'].map(
  (name) => `/__devtool/${name}`,
);
const FRAMED = ['health', 'client.js', 'token', 'nothing'].map((name) => `/__devtool/${name}`);
const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'evil', version: '1' } },
});

requireBuilt('bin.cjs');
const { directory, home, remove } = scratch();
const { launchChromium } = await import(await bundle('test/browser/chromium-pipe.ts', directory));
const { attempted, PLACES, RESOLVER, SIMPLE_REQUESTS, sockets } = await import(
  await bundle('test/browser/attack-words.ts', directory)
);

/** What the target of a proxy, or the attacker's site, was asked for. */
async function serve(title) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const body =
      request.url === '/api'
        ? '{"secret":1}'
        : `<!doctype html><link rel="icon" href="data:,"><title>${title}</title><body>`;
    response.writeHead(200, { 'content-type': request.url === '/api' ? 'application/json' : 'text/html' }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { asked, port: server.address().port, close: () => server.closeAllConnections() || server.close() };
}

/** A daemon with the HTTP door, and where that is. */
async function openDoor() {
  const daemon = spawn(process.execPath, [BIN, 'daemon', 'run', '--http=0'], {
    cwd: directory,
    env: environment(home),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  const url = await new Promise((resolve) => {
    createInterface({ input: daemon.stderr }).on('line', (line) => {
      const found = /MCP over HTTP at (\S+?);/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return { url, ended };
}

const [shop, evil] = [await serve('shop'), await serve('evil')];
const door = await openDoor();
const cwd = join(directory, 'project');
mkdirSync(cwd);
const front = await openFront({ home, cwd });
const started = await front.call('proxy', { action: 'start', id: 'web', target_url: `http://127.0.0.1:${shop.port}` });
if (started.isError) throw new Error(started.text);
const proxy = new URL(started.data.url);
const browser = launchChromium([RESOLVER]);
let attempts = 0;
const succeeded = [];

/** `failed`: all that may come of it. */
function judge(name, found, failed) {
  attempts += 1;
  if (!failed.includes(found)) succeeded.push(`${name}: ${JSON.stringify(found)}`);
}

/** What nobody but the person may have changed. */
async function state() {
  const [pages, processes, proxies, clients] = await Promise.all([
    front.call('currentpage', { action: 'list', proxy_id: 'web' }),
    front.call('proc', { action: 'list', global: true }),
    front.call('proxy', { action: 'list' }),
    front.call('daemon', { action: 'info' }),
  ]);
  const { id, target_url, running, pages: open, restart_count, last_error } = proxies.data.proxies[0];
  return JSON.stringify([
    pages.data.pages.map(({ id, url, errors, active }) => [id, url, errors, active]),
    processes.data.processes,
    proxies.data.active_count,
    [id, target_url, running, open, restart_count, last_error],
    clients.data.clients,
  ]);
}

/** T1: the attacker's own name leads to this machine. */
async function rebinding(name) {
  const tab = await browser.open(`http://${name}:${evil.port}/`);
  await tab.goto(`http://${name}:${proxy.port}/`);
  const status = (url, init = {}) =>
    tab.evaluate(`fetch('${url}', ${JSON.stringify(init)}).then((a) => a.status, () => 421)`);
  judge(`${name} document`, await tab.evaluate('performance.getEntriesByType("navigation")[0].responseStatus'), [421]);
  for (const path of ['/api', ...PROXY_PATHS]) {
    judge(`${name} GET ${path}`, await status(path), [421]);
    judge(`${name} POST ${path}`, await status(path, { method: 'POST' }), [421]);
  }
  const opened = await tab.evaluate(sockets(`${name}:${proxy.port}`, ['', `?token=${await token()}`]));
  for (const found of opened) judge(`${name} socket`, found, ['refused']);
  await tab.goto(`http://${name}:${new URL(door.url).port}/mcp`);
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: INITIALIZE,
  };
  judge(`${name} HTTP door`, await status('/mcp', init), [421]);
  await tab.close();
}

/** As the shop's own page gets one. */
const token = () =>
  page.evaluate(`fetch('/__devtool/token', { method: 'POST', credentials: 'omit' }).then((answer) => answer.text())`);

/** T2: page sockets without a token, with a guess, one that was used, and one that is good. */
async function crossSockets([place, address, within]) {
  const spent = await token();
  const host = `localhost:${proxy.port}`;
  const used = await page.evaluate(sockets(host, [`?token=${spent}`]));
  if (used[0] !== 'open') throw new Error(`a page's own token opens nothing: ${used[0]}`);
  const queries = ['', '?token=', `?token=${'A'.repeat(32)}`, `?token=${spent}`, `?token=${await token()}`];
  const tab = await browser.open(address(evil.port));
  const found = await tab.evaluate(within(sockets(host, queries)));
  for (const [at, one] of found.entries()) judge(`socket from ${place}, token ${at}`, one, ['refused']);
  await tab.close();
}

/** T3: what is sent without asking; T4: what is included. */
async function simple([place, address]) {
  const tab = await browser.open(address(evil.port));
  for (const url of [...PROXY_PATHS.map((path) => proxy.origin + path), door.url])
    for (const [name, attempt] of SIMPLE_REQUESTS)
      judge(`${name} of ${url} from ${place}`, await tab.evaluate(attempted(attempt, url)), ['nothing']);
  await tab.close();
}

/** T4: in a frame of another site, or of the page itself. */
async function framed(tab, place) {
  for (const url of [...FRAMED.map((path) => proxy.origin + path), door.url]) {
    await tab.evaluate(`new Promise((done) => { const frame = document.createElement('iframe');
      frame.src = '${url}'; frame.onload = done; document.body.append(frame); })`);
    const { frameTree } = await tab.send('Page.getFrameTree');
    const last = frameTree.childFrames.at(-1).frame;
    judge(`${url} in a frame of ${place}`, last.unreachableUrl === url ? 'blocked' : last.url, ['blocked']);
  }
}

const page = await browser.open(proxy.href);
await until(
  'the page has said hello',
  async () => (await front.call('currentpage', { action: 'list', proxy_id: 'web' })).data.active_count === 1,
);
const before = await state();
const asked = [...shop.asked];
for (const name of REBOUND) await rebinding(name);
for (const place of PLACES) await crossSockets(place);
for (const place of PLACES.slice(0, 2)) await simple(place);
const other = await browser.open(`http://localhost:${evil.port}/`);
await framed(other, 'another site');
await framed(page, 'the page');
await until('what was opened has closed', async () => (await state()) === before, 5_000).catch(() => {});
const after = await state();
judge('what the daemon has', after === before ? 'the same' : `${before} → ${after}`, ['the same']);
judge('requests of the target', JSON.stringify(shop.asked), [JSON.stringify(asked)]);

await browser.close();
await front.call('daemon', { action: 'stop' });
await front.close();
await door.ended;
await until('every process has ended', () => pidsWith(`DEVTOOL_MCP_HOME=${home}`).length === 0);
shop.close();
evil.close();
remove();
for (const line of succeeded.slice(0, 20)) console.log(line.slice(0, 1_000));
console.log(
  `S5: ${attempts} attacks of ${REBOUND.length + PLACES.length} kinds of pages in Chromium, ${succeeded.length} succeeded`,
);
process.exitCode = succeeded.length === 0 ? 0 : 1;
