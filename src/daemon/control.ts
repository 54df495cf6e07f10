/** The control thread: puts the daemon's parts together, serves its connections, and ends in order. */
import { randomBytes } from 'node:crypto';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { environmentOf } from '../home/environment.ts';
import { type FrontHello, isNewer } from '../home/hello.ts';
import type { Home } from '../home/home.ts';
import { createPatterns } from '../patterns/patterns.ts';
import { systemClock, wallClock } from '../process/clock.ts';
import { isLive } from '../process/machine.ts';
import { ProcessManager } from '../process/manager.ts';
import { newMarker } from '../process/os/marker.ts';
import { OutputPool, SharedMemory } from '../process/shared-memory.ts';
import type { WorkerData } from '../process/spec.ts';
import { ProxyManager } from '../proxy/manager.ts';
import { ProxyPool } from '../proxy/shared-memory.ts';
import { redactor } from '../text/redact.ts';
import { watchProcesses } from '../timeline/process-news.ts';
import { createAutostart } from '../tools/autostart.ts';
import { cursorsOf } from '../tools/cursors.ts';
import { projectIdleMs } from '../tools/project-limits.ts';
import { followProcesses } from '../tools/proxy-follow.ts';
import { createRedaction } from '../tools/redaction.ts';
import { createStartTurns } from '../tools/start-turns.ts';
import type { Workbench } from '../tools/workbench.ts';
import { sweepEpochs } from './epoch.ts';
import { serveFront } from './front-session.ts';
import { createHoldings } from './holdings.ts';
import type { HttpService } from './http/serve.ts';
import { httpStatus } from './http-status.ts';
import { isLeft, keepState, whenGone } from './keep-state.ts';
import { largeFiles } from './large-files.ts';
import { createLifetime } from './lifetime.ts';
import type { Log } from './log.ts';
import { keepPlace } from './place.ts';
import { portMemory } from './port-memory.ts';
import { settings } from './settings.ts';
import { openDoor } from './socket.ts';
import { sourceMapsOf } from './source-maps.ts';
import { stateFile } from './state-file.ts';
import { createTurns } from './turns.ts';

export interface DaemonParts {
  readonly home: Home;
  readonly epoch: number;
  /** Where the built threads are. */
  readonly beside: URL;
  readonly log: Log;
  /** Behind `daemon run`. */
  readonly flags: readonly string[];
  /** Says a line to whoever started the daemon by hand. */
  say(line: string): void;
}

const WORKER_LOST = 70;
/** For all connections together: lines that are not ended, answers that are not taken. */
const MOST_HELD_BYTES = 32 * 1_048_576;
const ANSWER_FIRST_MS = 50;
/** What is told of that time just before a sleep is shown as after it. */
const LOOK_FOR_SLEEP_MS = 5_000;

export async function runDaemon({ home, epoch, beside, log, flags, say }: DaemonParts): Promise<void> {
  const startedAt = process.hrtime.bigint();
  const clock = systemClock(startedAt);
  const wall = wallClock(Date.now(), bootMicros());
  const limits = settings(process.env, flags, process.cwd());
  const state = stateFile(home.statePath, Date.now, log);
  const left = state.read();
  if (left.ignored !== null) log(`what an earlier daemon has written, ${home.statePath}, is not used: ${left.ignored}`);
  const memory = SharedMemory.create();
  const outputs = new OutputPool();
  const patterns = createPatterns({ workerUrl: new URL('pattern-worker.js', beside), clock });
  const workerData: WorkerData = { segment: memory.buffer, marker: newMarker(randomBytes(16)), epoch: startedAt };
  let ending = false;
  let turnsAway = false;
  let upgrade: string | null = null;
  let http: HttpService | null = null;
  let httpError: string | null = null;

  const processes = new ProcessManager({
    memory,
    outputs,
    worker: new Worker(new URL('process-worker.js', beside), { workerData }),
    clock,
    wall,
    patterns,
    httpStatus,
    say: log,
    onWorkerLost(error) {
      if (ending) return;
      // Its pipes are closed and cannot be had back; its dead-man's switch ends the children.
      log(`process worker lost: ${error.stack ?? error.message}`);
      process.exit(WORKER_LOST);
    },
  });

  const redaction = createRedaction(() => clock.micros());
  const ports = portMemory(home.portsPath, log);
  const proxyPool = new ProxyPool();
  const proxies = new ProxyManager({
    pool: proxyPool,
    ids: new SharedArrayBuffer(4),
    epoch: startedAt,
    clock,
    iso: wall.iso,
    newTag: () => randomBytes(8).toString('hex'),
    startWorker: (data) => new Worker(new URL('proxy-worker.js', beside), { workerData: data }),
    holders: (port) => processes.holders(port),
    ports,
    say: log,
    changed: () => processes.changes.announce(),
  });
  const following = new AbortController();

  const lifetime = createLifetime({
    limits,
    after: (ms, run) => clock.after(ms, run),
    livePaths: () => [
      ...processes
        .list(null, null)
        .filter((entry) => isLive(entry.state()) && !entry.request.keep)
        .map(({ path }) => path),
      ...proxies
        .list(null)
        .filter(({ request }) => !request.keep)
        .map(({ path }) => path),
    ],
    attendedPaths: () => autostart.paths(),
    idleMsOf: projectIdleMs,
    isWatched: (path) => proxies.list(path).some(({ memory: { counters } }) => counters.get('pages') > 0),
    onAbandoned(path) {
      autostart.abandoned(path);
      log(`nobody works in ${path} any more: its processes and proxies are ended, but for those that are kept`);
      for (const entry of processes.list(path, null)) {
        if (isLive(entry.state()) && !entry.request.keep)
          processes.stop(entry, { force: false, graceMs: 5_000 }).catch(() => {});
      }
      for (const proxy of proxies.list(path)) if (!proxy.request.keep) void proxies.stop(proxy);
    },
    onIdle() {
      if (isIdle()) void end('idle', 0);
    },
  });

  const workbench: Workbench = {
    processes,
    proxies,
    patterns,
    ports,
    turns: createStartTurns(),
    news: watchProcesses({ processes, now: () => clock.micros(), signal: following.signal }),
    cursors: cursorsOf(epoch),
    iso: wall.iso,
    sourceMaps: sourceMapsOf(),
    redact: redactor(randomBytes(16).toString('hex'), redaction.secrets),
    learn: redaction.learn,
    saveLarge: largeFiles(join(home.stateDirectory, 'files'), process.getuid?.() ?? null),
    daemonInfo() {
      return {
        version: __VERSION__,
        pid: process.pid,
        uptime_ms: Math.round(clock.micros() / 1000),
        socket_path: home.socketPath(epoch),
        log_path: home.logPath,
        clients: lifetime.clients,
        // Looked at for who asks: the system takes its time to tell.
        get memory() {
          const { rss, heapUsed } = process.memoryUsage();
          const shared_bytes = memory.buffer.byteLength + outputs.bytes() + proxyPool.bytes();
          return { rss_bytes: rss, heap_bytes: heapUsed, shared_bytes };
        },
        recovered: left.running.map(({ start_time, ...was }) => ({ ...was, alive: isLeft({ ...was, start_time }) })),
        state_ignored: left.ignored,
        autostart: autostart.report(),
        http:
          limits.http === null
            ? null
            : { url: http?.url ?? null, token_path: http?.tokenPath ?? null, error: httpError },
        upgrade_available: upgrade,
      };
    },
    // After the answer has been written; what comes behind it is for the next daemon.
    endDaemon(how) {
      turnsAway = true;
      clock.after(0, () => void end(`asked to ${how}`, 0, how === 'restart'));
    },
    log,
  };
  const autostart = createAutostart(() => workbench, following.signal);

  const now = () => clock.micros() / 1_000;
  const turns = createTurns({
    now,
    active: () => performance.eventLoopUtilization().active,
    soon: setImmediate,
    after: (ms, run) => clock.after(ms, run),
  });
  const holdings = createHoldings({ mostBytes: MOST_HELD_BYTES, clock, log });

  /** A client over HTTP cannot start the daemon again: one that serves them stays. */
  const isIdle = (): boolean => http === null && processes.totals().active === 0 && proxies.list(null).length === 0;

  /** Loaded only where it is asked for. A port that is taken is no reason to leave the clients of the socket without a daemon. */
  async function openHttp(): Promise<void> {
    if (limits.http === null) return;
    try {
      const { serveHttp } = await import('./http/serve.ts');
      http = await serveHttp({
        settings: limits.http,
        home,
        workbench,
        lifetime,
        holdings,
        autostart,
        cwd: process.cwd(),
        env: environmentOf(process.env),
        uid: process.getuid?.() ?? null,
        after: (ms, run) => clock.after(ms, run),
        log,
      });
      say(`MCP over HTTP at ${http.url}; the bearer token is in ${http.tokenPath}`);
    } catch (error) {
      if (limits.http.required) throw error;
      httpError = error instanceof Error ? error.message : String(error);
      log(`no MCP over HTTP: ${httpError}`);
    }
  }

  /** A newer front replaces an older daemon that is idle; a busy one says that there is something newer. */
  function greet(hello: FrontHello) {
    const newer = hello.role !== 'onlooker' && isNewer(hello.version, __VERSION__);
    const leaving = ending || (newer && lifetime.clients === 0 && isIdle());
    if (newer) upgrade = hello.version;
    if (leaving) void end(`replaced by version ${hello.version}`, 0);
    return { version: __VERSION__, pid: process.pid, epoch, leaving };
  }

  async function end(why: string, code: number, isRestart = false): Promise<void> {
    if (ending) return;
    ending = true;
    turnsAway = true;
    log(`ends: ${why}`);
    lifetime.end();
    holdings.end();
    place.end();
    following.abort();
    const kept = keeper.end(isRestart);
    await Promise.all([kept, processes.shutdown(limits.shutdownMs), proxies.shutdown()]);
    door.close();
    http?.close().catch(() => {});
    clock.after(ANSWER_FIRST_MS, () => process.exit(code));
  }

  await openHttp();
  const keeper = keepState(processes, autostart, state);
  let wentOn = false;
  const door = await openDoor({
    path: home.socketPath(epoch),
    greet,
    connected(hello, socket) {
      if (hello.role !== 'onlooker') goOn(hello);
      const isEnding = () => turnsAway;
      serveFront(hello, socket, { workbench, lifetime, autostart, holdings, turns, now, isEnding, log });
    },
    turns,
    watch: holdings.watch,
    log,
  });
  sweepEpochs(home.runtimeDirectory, epoch, (old) => home.socketPath(old));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end(signal, 0));
  process.on('uncaughtException', (error) => log(`uncaught: ${error.stack ?? error.message}`));
  process.on('unhandledRejection', (reason) =>
    log(`unhandled: ${reason instanceof Error ? reason.stack : String(reason)}`),
  );
  log(
    `serves epoch ${epoch} as pid ${process.pid}, version ${__VERSION__}; found ${left.running.length} processes of an earlier daemon`,
  );
  void followProcesses(processes, proxies, following.signal);
  if (process.platform === 'linux') lookForSleep();
  const place = keepPlace({
    runtimeDirectory: home.runtimeDirectory,
    stateDirectory: home.stateDirectory,
    socketPath: home.socketPath(epoch),
    epoch,
    pid: process.pid,
    uid: process.getuid?.() ?? null,
    after: (ms, run) => clock.after(ms, run),
    seconds: () => Date.now() / 1_000,
    reopen: () => door.reopen(),
    restored: () => processes.changes.announce(),
    lost: () => void end('a later daemon rules', 0),
    log,
  });

  /** Only Linux counts the time asleep there. */
  function lookForSleep(): void {
    wall.look(clock.micros(), bootMicros());
    clock.after(LOOK_FOR_SLEEP_MS, lookForSleep);
  }

  /** Starts again what autostart had running, for the first client; after the machine's own restart it is as on any new day. */
  function goOn({ env, pid }: FrontHello): void {
    const records = wentOn || left.writtenAt < bootedAt() ? [] : left.autostart;
    wentOn = true;
    if (records.length === 0) return;
    const gone = whenGone(left, (ms, run) => clock.after(ms, run));
    autostart.restore(records, { env, name: `autostart (pid ${pid})` }, gone);
  }
}

const bootMicros = (): number => uptime() * 1e6;
const bootedAt = (): number => Date.now() - uptime() * 1_000;
