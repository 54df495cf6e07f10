// A page of 3,000 modules, through the built program and directly, from a static file server and from a real development server (Vite):
// in real Chromium without its cache, and asked for over six connections by a client that does nothing else. Interleaved.
// `node bench/bars/p-modules.mjs [rounds=9] [modules=3000]`
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { bundle } from '../lockfree/build.mjs';
import { connected, loadPage } from '../proxy/load.mjs';
import { freePort } from '../proxy/nginx.mjs';
import { median, quantile, ROOT, scratch } from './front.mjs';
import { openProxy } from './proxy/stage.mjs';

const rounds = Number(process.argv[2] ?? 9);
const modules = Number(process.argv[3] ?? 3_000);
const MOST = 1.1;
if (chromiumPath() === null) {
  console.log('P-modules: skipped, this bar needs Chromium');
  process.exit(0);
}

const place = scratch();
const project = join(place.directory, 'app');
mkdirSync(join(project, 'src'), { recursive: true });
symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
writeFileSync(join(project, 'package.json'), '{"name":"app","private":true,"type":"module"}');
writeFileSync(
  join(project, 'index.html'),
  '<!doctype html><html><head><link rel="icon" href="data:,"></head><body><script type="module" src="/src/main.js"></script></body></html>',
);
const names = Array.from({ length: modules }, (_, i) => `m${i}`);
const imports = names.map((name) => `import { ${name} } from './${name}.js';`).join('\n');
writeFileSync(
  join(project, 'src/main.js'),
  `${imports}\nwindow.__sum = [${names.join(', ')}].reduce((sum, one) => sum + one(), 0);\n`,
);
// Of the sizes that modules have.
for (const [i, name] of names.entries())
  writeFileSync(
    join(project, 'src', `${name}.js`),
    `export const ${name} = () => ${i};\n${'// filler '.repeat(80 + ((i * 7_919) % 900))}\n`,
  );

/** Files as they are, read once. */
async function serveFiles() {
  const files = new Map();
  const server = createServer(({ url = '/' }, reply) => {
    const path = url === '/' ? '/index.html' : url;
    if (!files.has(path)) files.set(path, readFileSync(join(project, path)));
    reply.setHeader('Content-Type', path.endsWith('.html') ? 'text/html' : 'text/javascript');
    reply.end(files.get(path));
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const end = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: server.address().port, end };
}

async function serveVite() {
  const port = await freePort();
  const args = [
    join(ROOT, 'node_modules/vite/bin/vite.js'),
    '--port',
    String(port),
    '--strictPort',
    '--host',
    '127.0.0.1',
  ];
  const child = spawn(process.execPath, args, { cwd: project, stdio: 'ignore' });
  await connected(port, child);
  const end = async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  return { port, end };
}

/** Milliseconds until every module has run. */
async function loadIn(browser, port) {
  const tab = await browser.open('about:blank');
  await tab.send('Network.enable');
  await tab.send('Network.setCacheDisabled', { cacheDisabled: true });
  await tab.goto(`http://localhost:${port}/`);
  await tab.until('window.__sum !== undefined');
  const ms = await tab.evaluate(`performance.getEntriesByType('navigation')[0].loadEventEnd`);
  await tab.close();
  return ms;
}

const paths = names.map((name) => `/src/${name}.js`);
const { launchChromium } = await import(await bundle('test/browser/chromium-pipe.ts', place.directory));
const browser = launchChromium();
const rows = [];
for (const [name, serve] of Object.entries({ 'static files': serveFiles, Vite: serveVite })) {
  const target = await serve();
  const proxy = await openProxy(target.port);
  const ways = {
    'in Chromium': (port) => loadIn(browser, port),
    'over six connections': async (port) => (await loadPage(port, paths)).millis,
  };
  for (const [way, load] of Object.entries(ways)) {
    const found = { direct: [], proxied: [] };
    // The first of each is not counted: servers compile then.
    for (let round = -1; round < rounds; round++) {
      const order = [
        ['direct', target.port],
        ['proxied', proxy.port],
      ];
      if (round % 2 === 0) order.reverse();
      for (const [side, port] of order) {
        const ms = await load(port);
        if (round >= 0) found[side].push(ms);
      }
    }
    const ratios = found.proxied.map((ms, i) => ms / found.direct[i]);
    rows.push({ name: `${name} ${way}`, ratio: median(ratios), isPage: way === 'in Chromium' });
    console.log(
      `${name} ${way}: ${median(found.direct).toFixed(0)} ms directly, ${median(found.proxied).toFixed(0)} through the proxy; ratio ${median(ratios).toFixed(2)} (${quantile(ratios, 0.25).toFixed(2)}–${quantile(ratios, 0.75).toFixed(2)})`,
    );
  }
  await proxy.end();
  await target.end();
}
await browser.close();
place.remove();
console.log(
  `P-modules: ${modules} modules, times of direct: ${rows.map(({ name, ratio }) => `${name} ${ratio.toFixed(2)}`).join(', ')} (promise: a page at most ${MOST})`,
);
process.exitCode = rows.every(({ isPage, ratio }) => !isPage || ratio <= MOST) ? 0 : 1;
