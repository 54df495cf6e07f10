/** One entry in the process worker: its present run, what was asked of it, how it ended, and its restarts. */
import type { ProcessCell } from './cell.ts';
import { type Child, type ChildEvents, isSpawnError } from './child.ts';
import type { Clock } from './clock.ts';
import { createLooks } from './looks.ts';
import { type EndedBy, endState, isLive } from './machine.ts';
import type { Pump } from './pump.ts';
import type { Quiet } from './quiet.ts';
import { type RestartBudget, restartBudget, wantsRestart } from './restart-budget.ts';
import { type ExitStatus, letGo, type Run } from './run.ts';
import type { RunTree } from './run-tree.ts';
import { ownFirst, serverAddress, servingFirst } from './server-address.ts';
import type { Facts, ProcessSpec, SpawnError, StopOptions, StopVerdict } from './spec.ts';
import type { Stamp } from './watermark.ts';

export interface SupervisorParts {
  readonly cell: ProcessCell;
  readonly spec: ProcessSpec;
  readonly pump: Pump;
  readonly clock: Clock;
  readonly stamp: Stamp;
  /** Resolves with the running child, or with why the system would not start it. */
  spawn(spec: ProcessSpec, env: Record<string, string>, events: ChildEvents): Promise<Child | SpawnError>;
  /** Begins a run: its entry in the environment, and its tree once the leader's pid is known. */
  beginRun(): { readonly env: Readonly<Record<string, string>>; tree(pid: number): RunTree };
  count(what: 'started' | 'ended' | 'failed'): void;
  /** Tells the control thread the long facts of the cell's run `run`. */
  publish(run: number, facts: Facts): void;
  /** Wakes who waits for a change of state. */
  wake(): void;
  readonly quiet: Quiet;
}

/** How long pipes that somebody keeps open hold up the end of a run. */
const DRAIN_MS = 500;
/** Between SIGTERM and SIGKILL where nobody has said how long. */
const GRACE_MS = 5_000;
const NOTHING_YET: Facts = { urls: [], ports: [], debuggers: [], survivors: [], spawnError: null };

export class SupervisedProcess {
  readonly #parts: SupervisorParts;
  readonly #budget: RestartBudget = restartBudget();
  #run: Run | null = null;
  #starting: Promise<SpawnError | null> = Promise.resolve(null);
  #asked: StopOptions['cause'] | null = null;
  #forced = false;
  #stopping: Promise<StopVerdict> | null = null;
  /** When the stop that is under way stops asking; microseconds. */
  #killBy = 0;
  #onEnd: (() => void)[] = [];
  #facts: Facts = NOTHING_YET;
  #restart: { cancel(): void } | null = null;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  /** Null once it runs, or when it was stopped before it could; else why the system would not start it. */
  start(): Promise<SpawnError | null> {
    this.#starting = this.#start();
    return this.#starting;
  }

  async #start(): Promise<SpawnError | null> {
    const { cell, spec, pump, clock, quiet } = this.#parts;
    if (!cell.state.compareAndSwap('pending', 'starting')) return null;
    await this.#endSurvivors();
    this.#asked = null;
    this.#forced = false;
    this.#stopping = null;
    pump.beginRun();
    const number = cell.beginRun(pump.position());
    this.#tell(NOTHING_YET);
    const { env, tree } = this.#parts.beginRun();
    let run: Run | null = null;
    const child = await this.#parts.spawn(
      spec,
      { ...spec.env, ...env },
      {
        output: (stream, chunk) => pump.write(stream, chunk),
        // Neither can come before the child is known: both wait for the event loop.
        exited: (code, signal) => run !== null && this.#exited(run, { code, signal }),
        drained: () => run !== null && this.#drained(run),
      },
    );
    if (isSpawnError(child)) return this.#failToStart(child);
    const started: Run = {
      number,
      child,
      tree: tree(child.pid),
      looks: createLooks(clock, quiet, () => this.#look(started)),
      startedMs: clock.micros() / 1000,
      timeout: spec.timeoutMs === null ? null : clock.after(spec.timeoutMs, () => this.#timedOut()),
      exit: null,
      drained: false,
      drain: 'not yet',
      treeGone: false,
      over: false,
    };
    run = started;
    this.#run = started;
    this.#parts.stamp((micros) => cell.started(child.pid, child.pid, micros));
    this.#parts.count('started');
    // Lost to a stop that was asked for meanwhile: then it is `stopping` already.
    cell.state.compareAndSwap('starting', 'running');
    this.#parts.wake();
    return null;
  }

  /**
   * Resolves when the tree is gone and the end is published, or with who is left. The control thread has moved the state. The grace period
   * begins now, though a start that is under way may first have to end what outlived the run before.
   */
  async stop(options: StopOptions): Promise<StopVerdict> {
    const killBy = this.#parts.clock.micros() + options.graceMs * 1_000;
    await this.#starting;
    this.#cancelRestart();
    const run = this.#run;
    if (run === null) return { gone: true };
    if (!run.over) this.#asked ??= options.cause;
    // Where a stop is under way, it may be the one that sees the tree gone.
    if (options.force && run.exit === null) this.#forced = true;
    if (this.#stopping === null) this.#killBy = killBy;
    else if (options.hurries) this.#killBy = Math.min(this.#killBy, killBy);
    if (this.#stopping === null || options.force) this.#stopping = this.#stopTree(run, options);
    const stopping = this.#stopping;
    const verdict = await stopping;
    if (this.#stopping === stopping) this.#stopping = null;
    if (verdict.gone && !run.over) await this.#ended(run);
    return verdict;
  }

  /** A run that ended by itself just when it was asked to may have had a restart set up. */
  #cancelRestart(): void {
    if (this.#restart === null) return;
    this.#restart.cancel();
    this.#restart = null;
    this.#parts.cell.state.compareAndSwap('pending', 'stopped');
    this.#parts.wake();
  }

  async #stopTree(run: Run, { force, graceMs }: StopOptions): Promise<StopVerdict> {
    const verdict = await run.tree.stop({ force, graceMs, killBy: () => this.#killBy });
    this.#forced ||= verdict.forced;
    if (!verdict.gone) return { gone: false, left: verdict.left };
    run.treeGone = true;
    if (run.over) this.#settleSurvivors(run);
    else this.#tryEnd(run);
    return { gone: true };
  }

  /** Null when taken; else why not. */
  async input(data: string, eof: boolean): Promise<string | null> {
    await this.#starting;
    if (this.#run === null || this.#run.over) return 'it has ended';
    return this.#run.child.write(data, eof);
  }

  /** The entry is removed: nothing of it stays. */
  release(): void {
    this.#cancelRestart();
    this.#abandonTree();
  }

  #failToStart(error: SpawnError): SpawnError {
    this.#publishEnd({ code: null, signal: null }, 'spawn_error', 'failed');
    this.#parts.count('failed');
    this.#tell({ ...this.#facts, spawnError: error });
    this.#parts.wake();
    return error;
  }

  #timedOut(): void {
    const { state } = this.#parts.cell;
    if (state.compareAndSwap('running', 'stopping')) {
      void this.stop({ force: false, graceMs: GRACE_MS, hurries: false, cause: 'timeout' });
    }
  }

  #exited(run: Run, exit: ExitStatus): void {
    run.exit = exit;
    run.tree.leaderExited();
    this.#tryEnd(run);
  }

  #drained(run: Run): void {
    run.drained = true;
    this.#tryEnd(run);
  }

  /** A run is over when its leader was reaped, its tree is gone if that was asked for, and its pipes are empty or have been waited for. */
  #tryEnd(run: Run): void {
    if (run.over || run.exit === null) return;
    if (this.#asked !== null && !run.treeGone) return;
    if (!run.drained && run.drain !== 'over') {
      if (run.drain === 'not yet') this.#waitForPipes(run);
      return;
    }
    this.#end(run, run.exit);
  }

  #waitForPipes(run: Run): void {
    run.drain = 'waiting';
    this.#parts.clock.after(DRAIN_MS, () => {
      run.drain = 'over';
      this.#tryEnd(run);
    });
  }

  #end(run: Run, exit: ExitStatus): void {
    const { cell, pump } = this.#parts;
    // Asked for already, though the call is still under way to us: no restart, and no failure.
    if (cell.state.get() === 'stopping') this.#asked ??= 'stop';
    run.over = true;
    run.timeout?.cancel();
    pump.flush();
    const endedBy = this.#endedBy(exit);
    const state = endState(endedBy, exit.code);
    const survivors = run.treeGone ? [] : run.tree.members();
    this.#tell({ ...this.#facts, urls: ownFirst(pump.urls(), [], this.#facts.urls), ports: [], survivors });
    this.#publishEnd(exit, endedBy, state);
    // Before anybody is woken: who waits for what a run says would take this end for the last.
    this.#considerRestart(run, state, endedBy);
    this.#parts.count('ended');
    if (state === 'failed') this.#parts.count('failed');
    if (survivors.length === 0) this.#settleSurvivors(run);
    for (const tell of this.#onEnd.splice(0)) tell();
    this.#parts.wake();
  }

  #endedBy(exit: ExitStatus): EndedBy {
    if (this.#asked === 'stop') return this.#forced ? 'forced_stop' : 'stop';
    return this.#asked ?? (exit.signal === null ? 'exit' : 'signal');
  }

  #considerRestart(run: Run, state: 'stopped' | 'failed', endedBy: EndedBy): void {
    const { spec, clock, cell } = this.#parts;
    if (!wantsRestart(spec.restart, state, endedBy)) return;
    const now = clock.micros() / 1000;
    const decision = this.#budget.failed(now, now - run.startedMs);
    if (decision.kind === 'give_up' || !cell.state.compareAndSwap(state, 'pending')) return;
    this.#restart = clock.after(decision.delayMs, () => {
      this.#restart = null;
      cell.restarted();
      void this.start();
    });
  }

  /** Everybody of its present tree. */
  pids(): readonly number[] {
    return this.#run?.tree.members().map(({ pid }) => pid) ?? [];
  }

  /** Nobody of the run's tree is left, or nobody counts any more. */
  #settleSurvivors(run: Run): void {
    letGo(run);
    if (this.#facts.survivors.length > 0) this.#tell({ ...this.#facts, survivors: [] });
  }

  /** What outlived the last run would hold the ports of the next. */
  async #endSurvivors(): Promise<void> {
    if (this.#facts.survivors.length > 0) await this.#run?.tree.stop({ force: false, graceMs: GRACE_MS });
    this.#abandonTree();
  }

  #abandonTree(): void {
    if (this.#run !== null) letGo(this.#run);
    this.#run = null;
  }

  #ready(): void {
    this.#parts.stamp((micros) => this.#parts.cell.ready(micros));
  }

  /** The end can be seen once the state says so. */
  #publishEnd(exit: ExitStatus, endedBy: EndedBy, state: 'stopped' | 'failed'): void {
    this.#parts.stamp((micros) => {
      this.#parts.cell.ended({ ...exit, endedBy, micros });
      this.#move(state);
    });
  }

  /** Whatever state a race has left, to its end. */
  #move(to: 'stopped' | 'failed'): void {
    const { state } = this.#parts.cell;
    for (let from = state.get(); isLive(from); from = state.get()) if (state.compareAndSwap(from, to)) return;
  }

  #ended(run: Run): Promise<void> {
    if (run.over) return Promise.resolve();
    return new Promise((resolve) => this.#onEnd.push(resolve));
  }

  #tell(facts: Facts): void {
    this.#facts = facts;
    this.#parts.publish(this.#parts.cell.snapshot().run, facts);
  }

  /** A URL was printed: the port that goes with it should be listened on by now. */
  urlPrinted(): void {
    if (this.#run === null || this.#run.over) return;
    this.#ready();
    this.lookSoon();
  }

  /** Something may have become known of the run. */
  lookSoon(): void {
    if (this.#run !== null && !this.#run.over) this.#run.looks.soon();
  }

  /** Whether there is to be another look. */
  #look(run: Run): boolean {
    if (run !== this.#run) return false;
    run.tree.observe();
    if (run.over) this.#lookAtSurvivors(run);
    else this.#lookAtRun(run);
    return !run.over || this.#facts.survivors.length > 0;
  }

  #lookAtRun(run: Run): void {
    const { pump } = this.#parts;
    pump.flush();
    const debuggers = pump.debuggers();
    const ports = servingFirst(run.tree.ports(), debuggers);
    const facts = { ...this.#facts, urls: ownFirst(pump.urls(), ports, this.#facts.urls), ports, debuggers };
    if (serverAddress(facts) !== null) this.#ready();
    if (JSON.stringify(facts) !== JSON.stringify(this.#facts)) this.#tell(facts);
    // A stop that gave up, and a tree that has gone since.
    if (this.#asked !== null && this.#stopping === null && run.tree.members().length === 0) {
      run.treeGone = true;
      this.#tryEnd(run);
    }
  }

  #lookAtSurvivors(run: Run): void {
    const survivors = run.tree.members();
    if (survivors.length === 0) this.#settleSurvivors(run);
    else if (JSON.stringify(survivors) !== JSON.stringify(this.#facts.survivors))
      this.#tell({ ...this.#facts, survivors });
  }
}
