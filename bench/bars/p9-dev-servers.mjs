// P9: real development servers behind the proxy, in real Chromium: Vite, Next, Parcel and webpack-dev-server as npm has them, installed
// into a directory that goes with the bar. Page, hot replacement, what the console shows, how much later an edit is seen than
// directly, and how soon a restarted server is there again. `node bench/bars/p9-dev-servers.mjs [edits=15] [server,server]`
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { dirname, join } from 'node:path';
import { bundle } from '../lockfree/build.mjs';
import { freePort } from '../proxy/nginx.mjs';
import { median, openFront, scratch, until } from './front.mjs';

const edits = Number(process.argv[2] ?? 15);
const only = process.argv[3]?.split(',');
const MOST_LATER_MS = 25;
const MOST_HEALING_MS = 1_000;
const SETTLE_MS = 400;

const PLAIN_PAGE = (script) =>
  `<!doctype html><html><head><link rel="icon" href="data:,"></head><body><h1></h1>${script}</body></html>`;
const TITLE = { file: 'src/title.js', text: (n) => `export const title = 'title ${n}';\n` };
const SHOW = `import { title } from './title.js';\nconst show = (text) => { document.querySelector('h1').textContent = text; };\nshow(title);\n`;

const WEBPACK = (port) => `
import webpack from 'webpack';
import WebpackDevServer from 'webpack-dev-server';
const compiler = webpack({ mode: 'development', entry: './src/index.js', output: { path: process.cwd() + '/dist' } });
const options = { port: ${port}, host: 'localhost', static: './public', hot: true, client: { logging: 'none' } };
await new WebpackDevServer(options, compiler).start();
console.log('ready on http://localhost:${port}/');
`;

/** What is installed, the files of a project, how it is started, and which file an edit changes. */
const SERVERS = {
  'vite 8': vite('vite@8'),
  'vite 7': vite('vite@7'),
  'next 16': {
    packages: ['next@16', 'react@19', 'react-dom@19'],
    bin: 'next/dist/bin/next',
    args: (port) => ['dev', '--port', String(port)],
    files: () => ({
      'app/layout.jsx': `export default function Layout({ children }) { return <html><body>{children}</body></html>; }\n`,
      'app/page.jsx': `import { Title } from './title.jsx';\nexport default function Page() { return <Title />; }\n`,
      'app/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
    }),
    edit: {
      file: 'app/title.jsx',
      text: (n) => `'use client';\nexport function Title() { return <h1>{'title ${n}'}</h1>; }\n`,
    },
  },
  parcel: {
    packages: ['parcel@2'],
    bin: 'parcel/lib/bin.js',
    args: (port) => ['index.html', '--port', String(port)],
    files: () => ({
      'index.html': PLAIN_PAGE('<script type="module" src="src/index.js"></script>'),
      'src/index.js': `${SHOW}if (module.hot) module.hot.accept('./title.js', () => show(require('./title.js').title));\n`,
    }),
    edit: TITLE,
  },
  'webpack-dev-server 5': {
    packages: ['webpack@5', 'webpack-dev-server@5'],
    bin: null,
    args: () => ['server.mjs'],
    files: (port) => ({
      'server.mjs': WEBPACK(port),
      'public/index.html': PLAIN_PAGE('<script src="/main.js"></script>'),
      'src/index.js': `${SHOW}import.meta.webpackHot?.accept('./title.js', () => show(title));\n`,
    }),
    edit: TITLE,
  },
};

function vite(name) {
  return {
    packages: [name],
    bin: 'vite/bin/vite.js',
    args: (port) => ['--port', String(port), '--strictPort'],
    files: () => ({
      'index.html': PLAIN_PAGE('<script type="module" src="/src/index.js"></script>'),
      'src/index.js': `${SHOW}import.meta.hot?.accept('./title.js', (changed) => show(changed.title));\n`,
    }),
    edit: TITLE,
  };
}

function writeAll(directory, files) {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** Its packages, in a directory of its own; the reason why not, or null. */
function install(directory, packages) {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"name":"app","private":true,"type":"module"}');
  const args = ['install', '--no-audit', '--no-fund', '--no-package-lock', ...packages];
  const { status, stderr } = spawnSync('npm', args, { cwd: directory, encoding: 'utf8', timeout: 240_000 });
  return status === 0
    ? null
    : ((stderr ?? '').split('\n').find((line) => line.includes('npm error')) ?? `npm ended with ${status}`);
}

/** Status of a GET; 0: none. */
function statusOf(url) {
  return new Promise((resolve) => {
    const asked = get(url, { agent: false, headers: { Accept: 'text/html' } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', () => resolve(0)).setTimeout(20_000, () => asked.destroy());
  });
}

/** Notes when the title changes, on the clock that all pages of a machine share. */
const WATCH = `(() => {
  window.__seen = {};
  const look = () => { const text = document.querySelector('h1')?.textContent; if (text) window.__seen[text] ??= performance.timeOrigin + performance.now(); };
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true, characterData: true });
  look();
})()`;

const shows = (tab, n) => tab.until(`document.querySelector('h1')?.textContent === 'title ${n}'`);
/** Without what differs from load to load. */
const plain = (lines) =>
  [
    ...new Set(
      lines.map((line) => line.replace(/https?:\/\/[^/\s]+/g, 'HOST').replace(/[?&]t=\d+|\d+(\.\d+)? ?ms|:\d+/g, '')),
    ),
  ].sort();

async function play(name, spec, place, chromium) {
  const directory = join(place.directory, name.replaceAll(' ', '-'));
  const failed = install(directory, spec.packages);
  if (failed !== null) return { name, skipped: failed };
  const port = await freePort();
  let n = 0;
  const edit = () => {
    n += 1;
    writeAll(directory, { [spec.edit.file]: spec.edit.text(n) });
  };
  writeAll(directory, { ...spec.files(port), [spec.edit.file]: spec.edit.text(n) });
  const front = await openFront({ home: join(place.directory, `home-${port}`), cwd: directory });
  const call = async (tool, args) => {
    const answer = await front.call(tool, args);
    if (answer.isError) throw new Error(`${name}: ${answer.text}`);
    return answer.data;
  };
  const args = [...(spec.bin === null ? [] : [join(directory, 'node_modules', spec.bin)]), ...spec.args(port)];
  const start = () =>
    call('run', {
      command: process.execPath,
      args,
      id: 'dev',
      wait_for: { port },
      wait_timeout_ms: 120_000,
      env: { NEXT_TELEMETRY_DISABLED: '1' },
    });
  // Two browsers: a tab behind another one is not drawn.
  const browsers = [chromium.launchChromium(), chromium.launchChromium()];
  try {
    await start();
    const { url } = await call('proxy', { action: 'start', id: 'web', target_url: `http://localhost:${port}` });
    const own = new URL(url).port;
    // The first answer is compiled for.
    await until(`${name} answers`, async () => (await statusOf(`http://localhost:${port}/`)) === 200, 120_000);
    const [direct, tab] = await Promise.all([`http://localhost:${port}/`, url].map((to, at) => browsers[at].open(to)));
    await Promise.all([shows(direct, n), shows(tab, n)]);
    await Promise.all([direct.evaluate(`window.__kept = 7; ${WATCH}`), tab.evaluate(`window.__kept = 7; ${WATCH}`)]);
    // Connections for hot replacement open after the page.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const later = [];
    for (let i = 0; i < edits; i++) {
      edit();
      await Promise.all([shows(direct, n), shows(tab, n)]);
      const at = await Promise.all([direct, tab].map((one) => one.evaluate(`window.__seen['title ${n}']`)));
      later.push(at[1] - at[0]);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    }
    const kept = await Promise.all([direct, tab].map((one) => one.evaluate('window.__kept')));
    const shown = plain(direct.console);
    const added = plain(tab.console).filter((line) => !shown.includes(line));
    const hosts = await otherHosts(browsers, { port, own, edit, now: () => n });
    // It is ended and started again: from its first answer on, how soon does the proxy have one?
    await call('proc', { action: 'stop', process_id: 'dev' });
    const starting = start();
    await until(`${name} answers again`, async () => (await statusOf(`http://localhost:${port}/`)) === 200, 120_000);
    const back = performance.now();
    await until(`${name} answers again through the proxy`, async () => (await statusOf(url)) === 200, 20_000);
    const healing = performance.now() - back;
    await starting;
    await tab.goto(url);
    await shows(tab, n);
    return { name, later: median(later), reloaded: kept[1] !== 7 && kept[0] === 7, added, healing, hosts };
  } finally {
    for (const browser of browsers) await browser.close();
    await front.call('daemon', { action: 'stop' });
    await front.close();
  }
}

/** Under other names of this machine: as directly, page and hot replacement work or do not. */
async function otherHosts([one, other], { port, own, edit, now }) {
  const found = [];
  for (const host of ['127.0.0.1', '[::1]']) {
    const [isDirect, isOurs] = await Promise.all([port, own].map((to) => statusOf(`http://${host}:${to}/`)));
    if (isOurs !== 200) {
      found.push({ host, says: isDirect === 200 ? `NOT ANSWERED: ${isOurs}` : 'not listened on, nor directly' });
      continue;
    }
    const tabs = await Promise.all([
      isDirect === 200 ? one.open(`http://${host}:${port}/`) : null,
      other.open(`http://${host}:${own}/`),
    ]);
    await Promise.all(tabs.map((tab) => (tab === null ? null : shows(tab, now()))));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    edit();
    const hot = await Promise.all(
      tabs.map((tab) =>
        tab === null
          ? null
          : Promise.race([
              shows(tab, now()).then(() => true),
              new Promise((resolve) => setTimeout(() => resolve(false), 8_000)),
            ]),
      ),
    );
    const says = hot[1] ? 'page and edits' : hot[0] ? 'PAGE ONLY, DIRECTLY EDITS TOO' : 'page, no edits, as directly';
    found.push({ host, says });
    for (const tab of tabs) await tab?.close();
  }
  return found;
}

const place = scratch();
const chromium = await import(await bundle('test/browser/chromium-pipe.ts', place.directory));
const results = [];
for (const [name, spec] of Object.entries(SERVERS)) {
  if (only !== undefined && !only.some((one) => name.includes(one))) continue;
  const result = await play(name, spec, place, chromium).catch((error) => ({ name, broken: error.message }));
  results.push(result);
  const { skipped, broken, later, reloaded, added, healing, hosts } = result;
  if (skipped !== undefined) console.log(`${name}: skipped, ${skipped}`);
  else if (broken !== undefined) console.log(`${name}: BROKEN, ${broken}`);
  else
    console.log(
      `${name}: an edit is seen ${later.toFixed(1)} ms later than directly${reloaded ? ', BY A RELOAD' : ''}; ${added.length} console messages added${added.map((line) => `\n  ${line}`).join('')}; healed ${healing.toFixed(0)} ms after a restart; ${hosts.map(({ host, says }) => `${host}: ${says}`).join('; ')}`,
    );
}
place.remove();
const played = results.filter(({ skipped }) => skipped === undefined);
const met = played.filter(
  ({ broken, later, reloaded, added, healing, hosts }) =>
    broken === undefined &&
    later <= MOST_LATER_MS &&
    !reloaded &&
    added.length === 0 &&
    healing <= MOST_HEALING_MS &&
    hosts.every(({ says }) => says === says.toLowerCase()),
);
const worst = Math.max(...played.map(({ later = Number.POSITIVE_INFINITY }) => later));
console.log(
  `P9: ${met.length} of ${played.length} dev servers well (${results.length - played.length} not installable); an edit at most ${worst.toFixed(0)} ms later than directly (promise: ${MOST_LATER_MS})`,
);
process.exitCode = met.length === played.length && played.length > 0 ? 0 : 1;
