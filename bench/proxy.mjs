// Proxies before one development server, in interleaved rounds: none, nginx, Go's httputil.ReverseProxy with a log (on one processor,
// as ours, and on all), Node http-to-http, httpxy, and ours, with its log and without. `node bench/proxy.mjs` measures all and writes bench/results/proxy.json and docs/benchmarks.md; of `quick` (fewer and shorter
// rounds), `row=TEXT` (rows whose names have TEXT), `side=NAME,NAME` and `src` (ours from its sources, not as built) each also writes
// nothing; `part=TEXT` are the rows whose names have TEXT, which take their places among those that were measured before, with
// `rounds=N` and `side=` as well if need be.
import { fileURLToPath } from 'node:url';
import { buildGo, bundle, findGo, scratch } from './lockfree/build.mjs';
import { machine, machineLine, readResults, table, writeResults, writeSection } from './lockfree/report.mjs';
import { median } from './lockfree/sides.mjs';
import { loadEcho, startEcho } from './proxy/echo.mjs';
import { loadPage, upload, wrk } from './proxy/load.mjs';
import { findCommand, MODULES, modulePath, startProxy, startTarget } from './proxy/nginx.mjs';
import { processorNanos } from './proxy/processor.mjs';
import { endAll, startOurs, startProgram, startSilent } from './proxy/sides.mjs';

const args = process.argv.slice(2);
const option = (name) => args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);
const isFromSource = args.includes('src');
const effort = { rounds: Number(option('rounds') ?? (args.includes('quick') ? 3 : 5)), seconds: 1 };
const WARM_REQUESTS = 15_000;
const MOST_WARMING = 6;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const paths = Array.from({ length: MODULES }, (_, i) => modulePath(i));
const small = (connections) => ({
  name: `small JSON, ${connections} connection${connections === 1 ? '' : 's'}`,
  path: '/json',
  connections,
});
const ALL_ROWS = [
  ...[small(1), small(32), small(256)],
  { name: '1 MiB down, 8 connections', path: '/mib', connections: 8 },
  { name: '1 MiB up, 8 connections', path: '/take', connections: 8, script: here('./proxy/take.lua') },
  { name: '1 GiB down, 1 connection', paths: ['/gib'] },
  { name: '1 GiB up, 1 connection', upload: 2 ** 30 },
  { name: '3,000 modules, 6 connections', paths },
  { name: 'HTML, 8 connections', path: '/page.html', connections: 8, script: here('./proxy/page.lua') },
  { name: 'WebSocket echo, 8 sockets', echo: '/echo' },
];
const ROWS = ALL_ROWS.filter(({ name }) => name.includes(option('row') ?? option('part') ?? ''));

const SIDES = ['direct', 'nginx', 'go', 'go (all cores)', 'node', 'httpxy', 'ours', 'ours (no log)'];

/** Starts every side that can be had; `started` gets each child at once, so that none is left over. */
async function startSides({ nginx, go, echo, directory, started }) {
  const target = await startTarget(nginx, directory, echo);
  started.push(target.child);
  const url = `http://127.0.0.1:${target.port}`;
  const starts = {
    direct: () => target,
    nginx: () => startProxy(nginx, directory, target.port),
    go: () => (go === null ? null : startProgram(buildGo(go, 'proxy', directory), [url], { GOMAXPROCS: '1' })),
    'go (all cores)': () => (go === null ? null : startProgram(buildGo(go, 'proxy', directory), [url])),
    node: () => startProgram(process.execPath, [here('./proxy/node-proxy.mjs'), url]),
    httpxy: () => startProgram(process.execPath, [here('./proxy/httpxy-proxy.mjs'), url]),
    ours: async () =>
      startOurs(url, directory, isFromSource ? await bundle('src/proxy/worker.ts', directory) : undefined),
    'ours (no log)': () => startSilent(url, directory),
  };
  const wanted = option('side')?.split(',') ?? SIDES;
  const sides = new Map();
  for (const name of SIDES.filter((side) => wanted.includes(side))) {
    const side = await starts[name]();
    if (side === null) continue;
    if (side !== target) started.push(side.child);
    sides.set(name, side);
  }
  return sides;
}

function load(row, port, command, seconds) {
  if (row.paths !== undefined) return loadPage(port, row.paths);
  if (row.upload !== undefined) return upload(port, '/take', row.upload);
  if (row.echo !== undefined) return loadEcho(`ws://127.0.0.1:${port}${row.echo}`, seconds);
  return wrk(command, `http://127.0.0.1:${port}${row.path}`, { ...row, seconds });
}

/** Of a row with requests also the processor time that the side took for each, microseconds. */
async function measure(row, { port, child }, command, seconds) {
  const before = processorNanos(child.pid);
  const figures = await load(row, port, command, seconds);
  const after = processorNanos(child.pid);
  const count = figures.perSecond === undefined ? row.paths?.length : figures.perSecond * seconds;
  return before === null || after === null || !(count > 1)
    ? figures
    : { ...figures, processor: (after - before) / count / 1e3 };
}

/** Node's own way of asking has no upgrades. */
const canDo = (name, row) => row.echo === undefined || name !== 'node';

/** Compilers go on for thousands of requests, which a busy machine does not have in a second. */
async function warmUp(row, side, command) {
  for (let turns = 0, count = 0; turns < MOST_WARMING && count < WARM_REQUESTS; turns++) {
    const { perSecond } = await measure(row, side, command, effort.seconds);
    count += perSecond === undefined ? WARM_REQUESTS : perSecond * effort.seconds;
  }
}

async function measureRow(row, allSides, command) {
  const sides = new Map([...allSides].filter(([name]) => canDo(name, row)));
  const samples = new Map([...sides.keys()].map((name) => [name, []]));
  for (const side of sides.values()) await warmUp(row, side, command);
  for (let round = 0; round < effort.rounds; round++)
    for (const [name, side] of sides) samples.get(name).push(await measure(row, side, command, effort.seconds));
  const medians = [...samples].map(([name, list]) => {
    const keys = Object.keys(list[0]).filter((key) => key !== 'failed');
    const figures = Object.fromEntries(keys.map((key) => [key, median(list.map((sample) => sample[key]))]));
    return [name, { ...figures, failed: list.reduce((sum, { failed }) => sum + failed, 0), samples: list }];
  });
  return { name: row.name, sides: Object.fromEntries(medians) };
}

function millis(value) {
  if (value < 1) return `${(value * 1e3).toFixed(0)} µs`;
  return value < 1_000 ? `${value.toPrecision(3)} ms` : `${(value / 1e3).toPrecision(3)} s`;
}
const speed = ({ perSecond, millis: whole }) =>
  perSecond === undefined ? millis(whole) : `${Math.round(perSecond).toLocaleString('en')}/s`;
/** How many times as fast `one` is as `other`. */
function times(one, other) {
  if (one === undefined || other === undefined) return '–';
  return (one.perSecond === undefined ? other.millis / one.millis : one.perSecond / other.perSecond).toFixed(2);
}

const HEADS = ['load', 'side', 'speed', 'p50', 'p99', 'processor', 'failed', 'of direct', 'of nginx', 'of Go'];
const rowsOf = ({ name, sides }) =>
  Object.entries(sides).map(([side, figures]) => [
    ...[name, side, speed(figures), millis(figures.p50), millis(figures.p99)],
    ...[
      side === 'direct' || figures.processor === undefined ? '–' : `${figures.processor.toFixed(0)} µs`,
      String(figures.failed),
    ],
    ...[sides.direct, sides.nginx, sides.go].map((other) => times(figures, other)),
  ]);

/** The new rows, and of the others those that were measured before. */
const among = (rows, before) =>
  ALL_ROWS.flatMap(({ name }) => [rows, before].flatMap((list) => list.filter((row) => row.name === name)).slice(0, 1));

const explanation = ({ rounds, seconds }) => `\
## The proxy

\`node bench/proxy.mjs\`. The development server behind all is nginx with files and constant answers; \`direct\` is no proxy. nginx is
\`proxy_pass\` over kept connections without a log; Go is \`httputil.ReverseProxy\` with a log of 1,000 exchanges and the first 64 KiB of
bodies (\`bench/baseline-go/proxy\`), on one processor as ours is one thread, and on all; Node is \`http\` to \`http\` without a log; httpxy
is the library of that name, without a log. Ours is its worker as the daemon starts it, always with its log; \`ours (no log)\` has its tap
replaced by one that does nothing; two programs differ by more than the log costs, which \`bench/bars/p-log-cost.mjs\` measures by several in turns. HTML gets the page client from ours alone. Load by \`wrk\`
with one thread; modules, 1 GiB and WebSockets by clients of our own (a page's six connections), on the same machine. /echo is a Node
server behind the development server, for every side. Medians of ${rounds} interleaved rounds
of ${seconds} s; \`processor\` is what a request takes of one, by the scheduler's count; the last columns say how many times as fast
as that side.`;

async function main() {
  const [nginx, wrkCommand] = [findCommand('nginx'), findCommand('wrk')];
  if (nginx === null || wrkCommand === null) {
    console.log('Skipped: this bench needs nginx and wrk.');
    return;
  }
  const go = findGo();
  if (go === null) console.log('Go is not installed: its rows are missing.');
  const { directory, remove } = scratch();
  const started = [];
  const echo = await startEcho();
  try {
    const about = machine(go);
    const sides = await startSides({ nginx, go, echo: echo.port, directory, started });
    const rows = [];
    for (const row of ROWS) {
      rows.push(await measureRow(row, sides, wrkCommand));
      process.stderr.write(`${rows.length} `);
    }
    process.stderr.write('\n');
    console.log(`${machineLine(about)}\n\n${table(HEADS, rows.flatMap(rowsOf))}`);
    if (args.some((arg) => !/^(part|side|rounds)=/.test(arg)) || (args.length > 0 && option('part') === undefined))
      return;
    const all = option('part') === undefined ? rows : among(rows, readResults('proxy')?.rows ?? []);
    writeResults('proxy', { ...about, ...effort, rows: all });
    const figures = table(HEADS, all.flatMap(rowsOf));
    writeSection('proxy', `${explanation(effort)}\n\n${machineLine(about)}\n\n${figures}`);
  } finally {
    await endAll(started);
    echo.end();
    remove();
  }
}

await main();
