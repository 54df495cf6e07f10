// R2: the daemon is killed at every system call on its own paths, from its start to its end, one run each; and some of those calls fail.
// After each: nobody is left, nothing blocks the next start, the next daemon serves and can read what is there. Linux with strace.
// usage: r2-every-syscall.mjs [every=1: each so-manieth call] [seed]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment, isAlive, openFront, PROGRAMS, pidsWith, ROOT, random, scratch, until } from './front.mjs';

const every = Number(process.argv[2] ?? 1);
const seed = Number(process.argv[3] ?? 1);
const chance = random(seed);
const CALLS = ['openat', 'write', 'rename', 'unlink', 'link', 'bind', 'listen', 'kill', 'mkdir', 'utimensat'];
/** Of these each is ours, wherever it goes. */
const ALWAYS = new Set(['bind', 'listen', 'kill', 'link', 'rename']);
const ERRORS = {
  openat: ['EMFILE', 'EACCES', 'EINTR', 'ENOSPC'],
  write: ['ENOSPC', 'EIO', 'EINTR'],
  rename: ['EACCES', 'EIO'],
  unlink: ['EACCES', 'EIO'],
  link: ['ENOSPC', 'EACCES', 'EIO'],
  bind: ['EACCES', 'ENOSPC'],
  listen: ['EMFILE'],
  mkdir: ['ENOSPC', 'EACCES'],
};

if (spawnSync('strace', ['-V']).status !== 0 || !canTrace()) {
  console.log('R2 skipped: there is no strace here, or it may not trace');
  process.exit(0);
}

function canTrace() {
  return spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
}

/** A daemon by hand, its threads traced and its children not. */
function traced(home, log, injection) {
  const inject = injection === null ? [] : ['-e', `inject=${injection}`];
  const child = spawn(
    'strace',
    [
      '-f',
      '-b',
      'execve',
      '-y',
      '-s',
      '0',
      '-o',
      log,
      '-e',
      `trace=${CALLS.join(',')}`,
      ...inject,
      process.execPath,
      join(ROOT, 'dist/daemon.js'),
    ],
    { env: environment(home), stdio: 'ignore', cwd: '/' },
  );
  return { child, exited: new Promise((resolve) => child.on('exit', resolve)) };
}

/** By its socket: its log may be what could not be opened. */
const serves = (home) => existsSync(join(home, 'run/daemon-1.sock'));

/** What a daemon does in its life: serves, runs something that leaves its group, writes its state, stops it, ends. */
async function life(front) {
  const wrong = [];
  const call = async (name, args) => {
    const { isError, text } = await front.call(name, args);
    // A daemon that has died under a call says so to its client; the next call is served.
    if (isError && !/may have taken effect|start_failed|is unknown|not_found|not_running/.test(text))
      wrong.push(`${name}: ${text.slice(0, 300)}`);
  };
  await call('run', {
    id: 't',
    command: process.execPath,
    args: [join(PROGRAMS, 'tree.mjs'), 'setsid'],
    wait_for: { text: 'ready' },
    wait_timeout_ms: 5_000,
  });
  await call('proc', { action: 'list' });
  // Its state is written soon after.
  await new Promise((resolve) => setTimeout(resolve, 150));
  await call('proc', { action: 'stop', process_id: 't', grace_ms: 500 });
  await call('daemon', { action: 'stop' });
  return wrong;
}

async function played(injection) {
  const place = scratch();
  const home = place.home;
  mkdirSync(join(place.directory, 'project'));
  const log = join(place.directory, 'strace.log');
  const problems = [];
  try {
    const daemon = traced(home, log, injection);
    let over = false;
    daemon.exited.then(() => {
      over = true;
    });
    await until('it serves or ends', () => over || serves(home));
    const front = await openFront({ home, cwd: join(place.directory, 'project') });
    problems.push(...(await life(front)));
    // Its last answer comes before its end: until then it would be asked what is meant for the next one.
    await daemon.exited;
    // Once more, by whichever daemon is next: what is there blocks nobody and is readable.
    let last = '';
    await until('the next daemon serves', async () => {
      // The one before may still be ending, or be lost under this very call.
      const { data, text } = await front.call('run', { id: 'after', command: 'true', mode: 'foreground' });
      last = text;
      return data.exit_code === 0;
    }).catch(() => problems.push(`a run by the next daemon: ${last.slice(0, 300)}`));
    const info = await front.call('daemon', { action: 'info' });
    if (!isAlive(info.data.pid)) problems.push('who answers is not alive');
    await front.call('daemon', { action: 'stop' });
    await front.close();
    if (!over && injection !== null) daemon.child.kill('SIGTERM');
    const left = () => pidsWith(`DEVTOOL_MCP_HOME=${home}`);
    await until('nobody is left', () => left().length === 0, 20_000).catch(() => {
      problems.push(
        `left: ${left()
          .map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').slice(0, 80))
          .join('; ')}`,
      );
      for (const pid of left()) process.kill(pid, 'SIGKILL');
    });
    await daemon.exited;
    const state = join(home, 'state/state.json');
    if (existsSync(state)) problems.push('a state file after an orderly end');
    return { problems, trace: readFileSync(log, 'utf8') };
  } finally {
    for (const pid of pidsWith(`DEVTOOL_MCP_HOME=${home}`)) process.kill(pid, 'SIGKILL');
    place.remove();
  }
}

/** Name and number of each call on our paths; strace counts for each thread by itself. */
function callsIn(trace) {
  const counts = new Map();
  const found = new Map();
  for (const line of trace.split('\n')) {
    const [, thread, name, rest] = /^(\d+)\s+(\w+)\((.*)/.exec(line) ?? [];
    if (name === undefined) continue;
    const n = (counts.get(`${thread} ${name}`) ?? 0) + 1;
    counts.set(`${thread} ${name}`, n);
    if (ALWAYS.has(name) || rest.includes('dtm-bar-'))
      found.set(`${name} ${n}`, { name, n, where: rest.slice(0, 100) });
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name) || a.n - b.n);
}

const baseline = await played(null);
for (const problem of baseline.problems) console.log(`without any: ${problem}`);
const calls = callsIn(baseline.trace).filter((_, at) => at % every === 0);
let kills = 0;
let fired = 0;
let failures = 0;
let wrong = baseline.problems.length;

async function one(injection, where) {
  const { problems, trace } = await played(injection);
  if (/INJECTED|killed by SIGKILL/.test(trace)) fired += 1;
  wrong += problems.length > 0 ? 1 : 0;
  for (const problem of problems) console.log(`${injection} at ${where}: ${problem}`);
}

for (const { name, n, where } of calls) {
  await one(`${name}:signal=KILL:when=${n}`, where);
  kills += 1;
  const errors = ERRORS[name] ?? [];
  if (errors.length === 0 || chance() > 1 / 3) continue;
  const error = errors[Math.floor(chance() * errors.length)];
  await one(`${name}:error=${error}:when=${n}`, where);
  failures += 1;
}
const met = wrong === 0 && fired > 0;
console.log(
  `R2 ${met ? 'met' : 'MISSED'} (seed ${seed}): killed at ${kills} of ${callsIn(baseline.trace).length} calls on its own paths, ${failures} calls failed, ${fired} took effect; ${wrong} runs with something left, blocked or wrong`,
);
process.exitCode = met ? 0 : 1;
