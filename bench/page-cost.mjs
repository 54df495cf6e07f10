// What the page client costs a page in a real Chromium: its size, script time, load time of the shop's dev server and of a page of 300
// modules, without any cache and as a reload, and a flood of 10,000 console lines. Four ways to the same server, interleaved: directly,
// through the proxy without the client (there is no way to switch injecting off, so this is the same program whose loader is taken out
// of a copy), through the proxy as it is, and once more as it is: what those two differ in is the machine's noise.
// `node bench/page-cost.mjs [rounds] [shop|modules]` (25 of each) writes bench/results/page.json when nothing is said; exit code 1 when
// a page's load takes more than 1.03 times as long with the client as without, and more than the noise. Ratios are of loads that
// followed each other, their median.
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { median, openFront, pidsWith, quantile, ROOT, scratch, until } from './bars/front.mjs';
import { bundle, requireBuilt } from './lockfree/build.mjs';
import { machine, machineLine, table, writeResults } from './lockfree/report.mjs';

const MOST_RATIO = 1.03;
const MODULES = 300;
const WAYS = ['direct', 'without', 'client', 'same'];
/** As the build has it: what makes the line that goes into documents, and what makes none. */
const LOADER = 'function placedLoader(';
const NO_LOADER = `function placedLoader(){return Buffer.alloc(0)}function placedClient(`;
const MODES = ['cold', 'reload'];
const FLOOD_ROUNDS = 5;

const rounds = Number(process.argv[2]) || 25;
const only = process.argv[3] ?? null;

/** 300 modules that do a little each, all imported by one. */
async function serveModules() {
  const names = Array.from({ length: MODULES }, (_, at) => `m${at}`);
  const main = `${names.map((name) => `import { ${name} } from './${name}.js';`).join('\n')}
document.title = String([${names.join(', ')}].reduce((sum, one) => sum + one(), 0));`;
  const page =
    '<!doctype html><html><head><link rel="icon" href="data:,"></head><body><script type="module" src="/main.js"></script></body></html>';
  const server = createServer(({ url }, response) => {
    const name = /^\/(m\d+)\.js$/.exec(url)?.[1];
    const body =
      url === '/main.js'
        ? main
        : name === undefined
          ? page
          : `export const ${name} = () => ${name.length};\n// ${'x'.repeat(2_000)}`;
    const type = url === '/' ? 'text/html' : 'text/javascript';
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => server.closeAllConnections() || server.close(),
  };
}

/** The built program, with the client or without, and a proxy for each target. */
async function openProxies(directory, name, targets) {
  const dist = join(directory, name, 'dist');
  cpSync(join(ROOT, 'dist'), dist, { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(directory, name, 'node_modules'));
  if (name === 'without') takeLoaderOut(dist);
  const home = join(directory, name, 'home');
  const cwd = join(directory, name, 'project');
  mkdirSync(cwd);
  const front = await openFront({ home, cwd, command: [process.execPath, join(dist, 'bin.cjs')] });
  const urls = {};
  for (const [id, target_url] of Object.entries(targets)) {
    const { data, text, isError } = await front.call('proxy', { action: 'start', id, target_url });
    if (isError) throw new Error(text);
    urls[id] = data.url;
  }
  return { urls, close: () => end(front, home) };
}

function takeLoaderOut(dist) {
  const files = readdirSync(dist, { recursive: true }).filter((file) => file.endsWith('.js'));
  const found = files.map((file) => join(dist, file)).filter((file) => readFileSync(file, 'utf8').includes(LOADER));
  if (found.length === 0) throw new Error('the build has no loader of that form');
  for (const file of found) writeFileSync(file, readFileSync(file, 'utf8').replace(LOADER, NO_LOADER));
}

async function end(front, home) {
  await front.call('daemon', { action: 'stop' });
  await front.close();
  await until('every process has ended', () => pidsWith(`DEVTOOL_MCP_HOME=${home}`).length === 0);
}

/** The shop's dev server, started by the program too. */
async function openShop(directory) {
  const project = join(directory, 'shop');
  const home = join(directory, 'shop-home');
  cpSync(join(ROOT, 'examples/shop'), project, { recursive: true, filter: (path) => !path.includes('node_modules') });
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  const front = await openFront({ home, cwd: project });
  const { data, text, isError } = await front.call('run', { script_name: 'dev', args: ['--port', '0'] });
  if (isError) throw new Error(text);
  return { url: data.urls[0], close: () => end(front, home) };
}

const IS_LOADED = `performance.getEntriesByType('navigation')[0].loadEventEnd > 0`;
/** Of a page that has just loaded, a person sees something before it is loaded again; the client connects meanwhile. */
const PAUSE = 'new Promise((done) => setTimeout(done, 200))';

/** Milliseconds until the load event has ended, and of scripts and all that the page's thread did until then. */
async function figures(tab) {
  const ms = await tab.evaluate(`performance.getEntriesByType('navigation')[0].loadEventEnd`);
  const { metrics } = await tab.send('Performance.getMetrics');
  const of = (wanted) => metrics.find(({ name }) => name === wanted).value * 1_000;
  return { ms, scripts: of('ScriptDuration'), thread: of('TaskDuration') };
}

/** Nobody looks on, as with people: for a debugger V8 finds out the place of each error that is made, and of each timer and promise. */
async function undebugged(tab) {
  await tab.send('Log.disable');
  await tab.send('Runtime.disable');
  return tab;
}

/** A load in a new tab, thus mostly in a new process too, nothing of it cached. */
async function cold(browser, url) {
  const tab = await undebugged(await browser.open('about:blank'));
  await tab.send('Network.enable');
  await tab.send('Network.setCacheDisabled', { cacheDisabled: true });
  await tab.send('Performance.enable');
  await tab.goto(url);
  await tab.until(IS_LOADED);
  const found = await figures(tab);
  await tab.close();
  return found;
}

/** Once more in the same tab, in front of the others. */
async function reload(tab) {
  await tab.send('Page.bringToFront');
  await tab.evaluate(PAUSE);
  await tab.evaluate('void (window.isOld = true)');
  await tab.send('Page.reload');
  await tab.until(`window.isOld === undefined && ${IS_LOADED}`);
  return figures(tab);
}

/** The order changes with each round, so that none of the ways is always first. */
async function inTurns(times, one) {
  const found = Object.fromEntries(WAYS.map((way) => [way, []]));
  // The first of each is not counted: dev servers compile then.
  for (let round = -1; round < times; round++)
    for (let turn = 0; turn < WAYS.length; turn++) {
      const way = WAYS[(round + 1 + turn) % WAYS.length];
      const figure = await one(way);
      if (round >= 0) found[way].push(figure);
    }
  return found;
}

async function loads(browser, urls, mode, times) {
  if (mode === 'cold') return inTurns(times, (way) => cold(browser, urls[way]));
  const tabs = {};
  for (const way of WAYS) {
    tabs[way] = await undebugged(await browser.open(urls[way]));
    await tabs[way].send('Performance.enable');
  }
  const found = await inTurns(times, (way) => reload(tabs[way]));
  for (const way of WAYS) await tabs[way].close();
  return found;
}

const FLOOD = `new Promise((resolve) => {
  let [lines, longest, busy, last] = [0, 0, 0, performance.now()];
  const begun = last;
  const step = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    for (let i = 0; i < 100; i++) console.log('line', lines++, { at: now });
    last = performance.now();
    longest = Math.max(longest, last - now);
    busy += last - now;
    if (lines < 10000) setTimeout(step, Math.max(0, begun + lines / 10 - last));
    else resolve({ longest, busy, whole: last - begun });
  };
  step();
})`;

/** 10,000 lines in a second: the longest time between two turns of the page's loop, and all the time in console. */
async function flood(browser, url) {
  const tab = await undebugged(await browser.open(url));
  const figures = await tab.evaluate(FLOOD);
  await tab.close();
  return figures;
}

const middle = (values) => ({ median: median(values), low: quantile(values, 0.25), high: quantile(values, 0.75) });

/** Medians, and the ratios of loads that followed each other. */
function summary(found) {
  const sides = Object.fromEntries(
    WAYS.map((way) => [
      way,
      {
        load: middle(found[way].map(({ ms }) => ms)),
        scripts: middle(found[way].map(({ scripts }) => scripts)),
        thread: middle(found[way].map(({ thread }) => thread)),
      },
    ]),
  );
  const ratio = (a, b) => middle(found[a].map(({ ms }, at) => ms / found[b][at].ms));
  return {
    ...sides,
    client_by_without: ratio('client', 'without'),
    same_by_client: ratio('same', 'client'),
    without_by_direct: ratio('without', 'direct'),
    client_by_direct: ratio('client', 'direct'),
  };
}

const ms = ({ median: value, low, high }) => `${value.toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`;
const times = ({ median: value, low, high }) => `${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;

const rowOf = (name, { direct, without, client, client_by_without, same_by_client, client_by_direct }) => [
  name,
  ms(direct.load),
  ms(without.load),
  ms(client.load),
  times(client_by_without),
  times(same_by_client),
  times(client_by_direct),
  `${without.scripts.median.toFixed(1)} / ${client.scripts.median.toFixed(1)}`,
  `${without.thread.median.toFixed(1)} / ${client.thread.median.toFixed(1)}`,
];
const HEADS = [
  'page',
  'direct, ms',
  'without client',
  'client',
  'client / without',
  'client / client',
  'client / direct',
  'scripts, ms: without / client',
  'page thread, ms: without / client',
];

async function measure(browser, pages, proxies) {
  const results = {};
  for (const page of Object.keys(pages)) {
    const through = (name) => proxies[name].urls[page];
    const urls = { direct: pages[page], without: through('without'), client: through('client'), same: through('same') };
    for (const mode of MODES) results[`${page}, ${mode}`] = summary(await loads(browser, urls, mode, rounds));
  }
  const floods = { without: [], client: [] };
  if (pages.modules === undefined) return { pages: results, floods };
  for (let round = 0; round < FLOOD_ROUNDS; round++)
    for (const way of ['without', 'client']) floods[way].push(await flood(browser, proxies[way].urls.modules));
  return { pages: results, floods };
}

const floodOf = (all) => ({
  longest_ms: median(all.map(({ longest }) => longest)),
  console_ms: median(all.map(({ busy }) => busy)),
  whole_ms: median(all.map(({ whole }) => whole)),
});

async function main() {
  requireBuilt('page.js');
  const client = readFileSync(join(ROOT, 'dist/page.js'));
  const size = { raw: client.length, gzip: gzipSync(client).length };
  const { directory, remove } = scratch();
  const about = machine(null);
  const open = [];
  const ended = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error(`ended by ${signal}`)));
  });
  try {
    const { launchChromium } = await import(await bundle('test/browser/chromium-pipe.ts', directory));
    const [shop, modules] = [await openShop(directory), await serveModules()];
    open.push(shop, modules);
    const pages = { shop: shop.url, modules: modules.url };
    for (const name of Object.keys(pages)) if (only !== null && only !== name) delete pages[name];
    const proxies = {};
    for (const name of ['without', 'client', 'same']) {
      proxies[name] = await openProxies(directory, name, pages);
      open.push(proxies[name]);
    }
    const browser = launchChromium();
    open.push(browser);
    const found = await Promise.race([measure(browser, pages, proxies), ended]);
    report(about, size, found);
  } finally {
    for (const one of open.reverse()) await one.close();
    remove();
  }
}

function report(about, size, { pages, floods }) {
  const flooded = Object.fromEntries(Object.entries(floods).map(([way, all]) => [way, floodOf(all)]));
  console.log(
    `${machineLine(about)}\nclient: ${size.raw} B, ${size.gzip} B gzipped; ${rounds} rounds, median (quartiles)\n`,
  );
  console.log(
    table(
      HEADS,
      Object.entries(pages).map(([name, figures]) => rowOf(name, figures)),
    ),
  );
  for (const [way, { longest_ms, console_ms, whole_ms }] of Object.entries(flooded))
    if (floods[way].length > 0)
      console.log(
        `10,000 lines, ${way}: longest task ${longest_ms.toFixed(1)} ms, in console ${console_ms.toFixed(0)} ms of ${whole_ms.toFixed(0)} ms`,
      );
  const worst = Math.max(...Object.values(pages).map(({ client_by_without }) => client_by_without.median));
  const noise = Math.max(
    ...Object.values(pages).map(({ same_by_client: { median: ratio } }) => Math.max(ratio, 1 / ratio)),
  );
  console.log(
    `load with the client ÷ without: ${worst.toFixed(3)}, bar ${MOST_RATIO}; the same twice: ${noise.toFixed(3)}`,
  );
  if (process.argv[2] === undefined) writeResults('page', { ...about, rounds, size, pages, console_flood: flooded });
  if (worst > Math.max(MOST_RATIO, noise)) process.exitCode = 1;
}

await main();
