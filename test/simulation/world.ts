/** The control thread's core as the daemon puts it together, on virtual time: real managers, cells, waits and supervision; simulated programs. */
import { keepState, type StateKeeper } from '../../src/daemon/keep-state.ts';
import { createLifetime, type Lifetime } from '../../src/daemon/lifetime.ts';
import type { RunningProcess } from '../../src/daemon/state-file.ts';
import type { Patterns } from '../../src/patterns/patterns.ts';
import { isLive } from '../../src/process/machine.ts';
import { ProcessManager } from '../../src/process/manager.ts';
import { OutputPool, SharedMemory } from '../../src/process/shared-memory.ts';
import { ProxyManager } from '../../src/proxy/manager.ts';
import { ProxyPool } from '../../src/proxy/shared-memory.ts';
import { simulate } from '../process/os/simulated-system.ts';
import { wakeThrough } from './atomic.ts';
import { type Chance, chanceOf } from './chance.ts';
import { createMachine, type Machine } from './programs.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { processWorker, proxyWorker, type SimulatedProxyWorker, type SimulatedWorker } from './threads.ts';

export interface World {
  readonly chance: Chance;
  readonly scheduler: Scheduler;
  readonly machine: Machine;
  readonly memory: SharedMemory;
  readonly processes: ProcessManager;
  readonly proxies: ProxyManager;
  readonly lifetime: Lifetime;
  readonly worker: SimulatedWorker;
  readonly proxyWorkers: SimulatedProxyWorker[];
  /** As the state file has it last. */
  state: readonly RunningProcess[];
  /** The process worker is gone: the daemon would end here. */
  lost: boolean;
  /** Set once the world is whole. */
  keeper: StateKeeper | null;
  say(line: string): void;
}

const MARKER = `dtm-${'5'.repeat(32)}`;
/** Of all worlds: dropped shared memory does not press the collector. */
const outputs = new OutputPool();
const proxyPool = new ProxyPool();
/** Text is looked for without it. */
const NO_PATTERNS: Patterns = {
  async find() {
    throw new Error('no pattern is part of this simulation');
  },
  async test() {
    throw new Error('no pattern is part of this simulation');
  },
  async close() {},
};

export function createWorld(seed: number, tell: (line: string) => void): World {
  const chance = chanceOf(seed);
  const scheduler = createScheduler();
  wakeThrough((run) => scheduler.after(chance.between(0, 0.1), run));
  const simulation = simulate();
  const say = (line: string) => tell(`${(scheduler.micros() / 1_000).toFixed(2)} ms: ${line}`);
  const machine = createMachine(simulation, scheduler, chance, say);
  const memory = SharedMemory.create();
  const silence = { add() {}, set() {}, remove() {}, async dismiss() {} };
  const quiet = { heard() {}, await: (run: () => void) => void scheduler.after(0, run) };
  const worker = processWorker(
    {
      memory: SharedMemory.attach(memory.buffer),
      system: machine.system,
      clock: scheduler,
      deadman: silence,
      quiet,
      marker: MARKER,
      spawn: machine.spawn,
    },
    scheduler,
    chance,
  );
  const wall = { iso: (micros: number) => new Date(micros / 1_000).toISOString() };
  const processes = new ProcessManager({
    memory,
    outputs,
    worker: worker.port,
    clock: scheduler,
    wall,
    patterns: NO_PATTERNS,
    httpStatus: async () => ({ status: null, words: 'no answer' }),
    say() {},
    onWorkerLost() {
      world.lost = true;
      machine.endAll();
    },
  });
  const proxyWorkers: SimulatedProxyWorker[] = [];
  const isTaken = (port: number) => proxyWorkers.some(({ listensOn }) => listensOn === port) || chance.happens(0.1);
  let tags = 0;
  const proxies = new ProxyManager({
    pool: proxyPool,
    ids: new SharedArrayBuffer(4),
    epoch: 0n,
    clock: scheduler,
    iso: wall.iso,
    newTag: () => `tag${++tags}`,
    startWorker() {
      const started = proxyWorker(scheduler, chance, isTaken);
      proxyWorkers.push(started);
      return started.port;
    },
    holders: (port) => processes.holders(port),
    say() {},
    ports: { of: () => null, isElsewhere: () => false, remember() {} },
    changed: () => processes.changes.announce(),
  });
  const lifetime = createLifetime({
    limits: { projectIdleMs: 20_000, idleMs: 60_000 },
    after: scheduler.after,
    livePaths: () =>
      processes
        .list(null, null)
        .filter((entry) => isLive(entry.state()))
        .map(({ path }) => path),
    attendedPaths: () => [],
    idleMsOf: () => null,
    isWatched: () => false,
    onAbandoned(path) {
      for (const entry of processes.list(path, null))
        if (isLive(entry.state())) processes.stop(entry, { force: false, graceMs: 1_000 }).catch(() => {});
    },
    onIdle() {},
  });
  const world: World = {
    chance,
    scheduler,
    machine,
    memory,
    processes,
    proxies,
    lifetime,
    worker,
    proxyWorkers,
    state: [],
    lost: false,
    keeper: null,
    say,
  };
  world.keeper = keepState(
    processes,
    { records: () => [] },
    {
      async write({ running }) {
        world.state = running;
      },
      remove() {
        world.state = [];
      },
    },
    (pid) => machine.system.read(pid)?.startTime ?? null,
  );
  return world;
}
