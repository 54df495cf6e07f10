// What an agent waits for at its start: from the spawn of the installed program to the answer of its first `tools/list`, from the packed
// tarball in an empty directory, beside comparable servers from npm, interleaved in one run: with no daemon running, and with one. Of the
// others one has a daemon, which is started by hand; from nothing, that start is part of the time. RUNS=n changes the number.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { scratchWith } from '../scripts/scratch.mjs';
import { median, pidsWith, quantile, ROOT, until } from './bars/front.mjs';

const RUNS = Number(process.env.RUNS ?? 15);
const PEERS = ['chrome-devtools-mcp@1.11.0', '@playwright/mcp@0.0.83', 'dev-manager-mcp@0.1.2'];
const PORT = '39417';
const directory = mkdtempSync(join(tmpdir(), 'dtm-first-'));
const peers = `${scratchWith('peers', PEERS)}node_modules/`;
const ours = installed();

/** The tarball as it would be published, in a directory of its own. */
function installed() {
  const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', directory], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const archive = join(directory, packed.trim().split('\n').at(-1));
  const project = join(directory, 'installed');
  mkdirSync(project);
  const words = ['install', '--silent', '--no-audit', '--no-fund', '--offline', '--omit=optional', archive];
  execFileSync('npm', words, { cwd: project, stdio: 'inherit' });
  return `${project}/node_modules/devtool-mcp/dist/bin.cjs`;
}

let homes = 0;
/** An empty directory with an empty home. */
function clean() {
  homes += 1;
  const home = join(directory, `home-${homes}`);
  const work = join(home, 'work');
  const runtime = join(home, 'run');
  mkdirSync(work, { recursive: true });
  mkdirSync(runtime, { mode: 0o700 });
  return { cwd: work, env: { HOME: home, XDG_RUNTIME_DIR: runtime, PATH: process.env.PATH, PORT } };
}

const LINES = [
  {
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
  },
  { method: 'notifications/initialized' },
  { id: 2, method: 'tools/list' },
].map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

/** Milliseconds until the list has come; what is sent is sent as a client does, each when the one before is answered. */
async function firstAnswer(args, { cwd, env }) {
  const begun = performance.now();
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.stdin.write(LINES[0]);
  let took = null;
  for await (const line of createInterface({ input: child.stdout })) {
    const { id, result } = JSON.parse(line);
    if (id === 1) child.stdin.write(LINES[1] + LINES[2]);
    if (id !== 2) continue;
    took = performance.now() - begun;
    if (!(result?.tools?.length > 0)) throw new Error(`${args.join(' ')}: no tools`);
    break;
  }
  child.stdin.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exited;
  clearTimeout(timer);
  if (took === null) throw new Error(`${args.join(' ')} ended without an answer`);
  return took;
}

async function withoutDaemon() {
  const at = clean();
  const took = await firstAnswer([ours], at);
  execFileSync(process.execPath, [ours, 'daemon', 'stop'], { ...at, stdio: 'ignore' });
  await until('its daemon has ended', () => pidsWith(`HOME=${at.env.HOME}`).length === 0);
  return took;
}

const PEER_BINS = {
  'chrome-devtools-mcp': ['chrome-devtools-mcp/build/src/bin/chrome-devtools-mcp.js'],
  '@playwright/mcp': ['@playwright/mcp/cli.js'],
};
const MANAGER = `${peers}dev-manager-mcp/bin/cli.js`;

/** The other server with a daemon; without one it answers nothing. */
async function managerDaemon(at) {
  const child = spawn(process.execPath, [MANAGER, 'daemon'], { ...at, stdio: 'ignore' });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const listens = async () => (await fetch(`http://127.0.0.1:${PORT}/`).catch(() => null)) !== null;
  for (let tries = 0; tries < 2_000 && !(await listens()); tries++)
    await new Promise((resolve) => setTimeout(resolve, 5));
  return async () => {
    child.kill('SIGTERM');
    await exited;
  };
}

const askManager = (at) => firstAnswer([MANAGER, 'stdio', '--daemon-url', `http://127.0.0.1:${PORT}/sse`], at);

async function managerFromNothing() {
  const at = clean();
  const begun = performance.now();
  const end = await managerDaemon(at);
  await askManager(at);
  const took = performance.now() - begun;
  await end();
  return took;
}

async function managerWithDaemon() {
  const at = clean();
  const end = await managerDaemon(at);
  const took = await askManager(at);
  await end();
  return took;
}

const kept = clean();
const alone = Object.fromEntries(
  Object.entries(PEER_BINS).map(([name, [bin]]) => [name, () => firstAnswer([`${peers}${bin}`], clean())]),
);
/** What is compared with what. */
const GROUPS = {
  'no daemon running': { 'devtool-mcp': withoutDaemon, ...alone, 'dev-manager-mcp': managerFromNothing },
  'a daemon running': {
    'devtool-mcp': () => firstAnswer([ours], kept),
    ...alone,
    'dev-manager-mcp': managerWithDaemon,
  },
};
const times = new Map();
const record = (group, name, ms) => times.set(`${group}, ${name}`, [...(times.get(`${group}, ${name}`) ?? []), ms]);

try {
  // Once each for the file system's sake, and for the daemon that stays.
  for (const ways of Object.values(GROUPS)) for (const way of Object.values(ways)) await way();
  for (let run = 0; run < RUNS; run++)
    for (const [group, ways] of Object.entries(GROUPS))
      for (const [name, way] of Object.entries(ways)) record(group, name, await way());
} finally {
  execFileSync(process.execPath, [ours, 'daemon', 'stop'], { ...kept, stdio: 'ignore' });
  await until('our daemon has ended', () => pidsWith(`HOME=${kept.env.HOME}`).length === 0);
  rmSync(directory, { recursive: true, force: true });
}

for (const [name, all] of times)
  console.log(
    `${name.padEnd(40)} median ${median(all).toFixed(0).padStart(5)} ms, fastest ${quantile(all, 0).toFixed(0).padStart(5)}, p90 ${quantile(all, 0.9).toFixed(0).padStart(5)}`,
  );
const said = Object.entries(GROUPS).map(([group, ways]) => {
  const [own, ...others] = Object.keys(ways).map((name) => median(times.get(`${group}, ${name}`)));
  const best = Math.min(...others);
  return { isMet: own < best, text: `${group}: ${own.toFixed(0)} ms, the quickest other ${best.toFixed(0)} ms` };
});
const isMet = said.every((one) => one.isMet);
console.log(
  `first answer ${isMet ? 'met' : 'MISSED'}: ${said.map(({ text }) => text).join('; ')} (${RUNS} runs, interleaved)`,
);
process.exitCode = isMet ? 0 : 1;
