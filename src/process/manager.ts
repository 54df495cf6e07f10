/** ProcessManager: every process of the daemon, by project and id. Lives in the control thread and reads shared memory directly. */
import type { Patterns } from '../patterns/patterns.ts';
import { Fault } from '../text/fault.ts';
import { Changes } from './changes.ts';
import type { Clock, WallClock } from './clock.ts';
import { isLive, type ProcessState } from './machine.ts';
import { ManagedProcess, NO_FACTS, type ProcessRequest, type ProcessView } from './managed-process.ts';
import { checkId, registryKey } from './process-id.ts';
import { resolveProcess } from './resolve.ts';
import type { OutputPool, SharedMemory } from './shared-memory.ts';
import type { PortHolder, StopOptions, WorkerAnswers } from './spec.ts';
import { type Condition, type Waited, type WaitOptions, waitFor } from './wait.ts';
import { WorkerLink, type WorkerPort } from './worker-link.ts';

export interface ManagerParts {
  readonly memory: SharedMemory;
  readonly outputs: OutputPool;
  readonly worker: WorkerPort;
  readonly clock: Clock;
  readonly wall: WallClock;
  readonly patterns: Patterns;
  readonly httpStatus: (url: string, signal: AbortSignal) => Promise<number | null>;
  /** The worker is gone, and with it the pipes of all children: the daemon must end. */
  readonly onWorkerLost: (error: Error) => void;
}

export interface Totals {
  readonly active: number;
  readonly total_started: number;
  readonly total_failed: number;
}

/** The reference's ErrShuttingDown. */
export class ShuttingDownError extends Fault {
  override readonly name = 'ShuttingDownError';
  constructor() {
    super(
      'shutting_down',
      'the daemon is ending and starts nothing more',
      'Call again: a new daemon starts by itself.',
    );
  }
}

type StopRequest = Pick<StopOptions, 'force' | 'graceMs'>;

export class ProcessManager {
  readonly changes: Changes;
  readonly #parts: ManagerParts;
  readonly #memory: SharedMemory;
  readonly #worker: WorkerLink;
  /** By slot; the registry in shared memory says which are current. */
  readonly #entries = new Map<number, ManagedProcess>();

  constructor(parts: ManagerParts) {
    this.#parts = parts;
    this.#memory = parts.memory;
    this.changes = new Changes(parts.memory.changes, parts.clock);
    this.#worker = new WorkerLink(
      parts.worker,
      (slot, run, facts) => {
        const entry = this.#entries.get(slot);
        if (entry === undefined || entry.cell.snapshot().run !== run) return;
        entry.facts = facts;
        this.changes.announce();
      },
      parts.onWorkerLost,
    );
  }

  /** A live id with the same command is returned; a finished one is replaced. Throws `already_exists`, `limit`, `start_failed`. */
  async run(request: ProcessRequest): Promise<{ process: ManagedProcess; reused: boolean }> {
    checkId(request.id);
    await this.#makeRoom();
    for (
      let present = this.#find(request.path, request.id);
      present !== null;
      present = this.#find(request.path, request.id)
    ) {
      if (isLive(present.state())) return { process: this.#reuse(present, request), reused: true };
      await this.remove(present);
    }
    const entry = this.register(request);
    const failed = await this.#start(entry);
    if (failed === null) return { process: entry, reused: false };
    await this.#forget(entry);
    throw failed;
  }

  /** Takes the id without starting anything: its state is `pending`. */
  register(request: ProcessRequest): ManagedProcess {
    if (this.#memory.shuttingDown.isUp()) throw new ShuttingDownError();
    const key = registryKey(request.path, request.id);
    const inserted = this.#memory.registry.insert(key, ({ slot }) => this.#memory.cell(slot).reset());
    if (inserted.kind === 'full') throw this.#full();
    if (inserted.kind === 'exists') throw this.#exists(request.id, request.path);
    const { handle } = inserted;
    const entry = new ManagedProcess(request, handle, this.#memory.cell(handle.slot), this.#parts.outputs.take());
    this.#entries.set(handle.slot, entry);
    return entry;
  }

  /** The process of that id in `path`, else in the nearest directory above, else the only one of that name. */
  resolve(id: string, path: string): ManagedProcess {
    return resolveProcess(id, path, this.list(null, null));
  }

  get(path: string, id: string): ManagedProcess | null {
    return this.#find(path, id);
  }

  /** In the order in which they were registered; `path` null: of all projects; `label` as `name=value`. */
  list(path: string | null, label: string | null): ManagedProcess[] {
    return [...this.#entries.values()].filter(
      (entry) => (path === null || entry.path === path) && hasLabel(entry, label),
    );
  }

  view(entry: ManagedProcess): ProcessView {
    return entry.view(this.#parts.clock.micros(), this.#parts.wall);
  }

  iso(micros: number): string {
    return this.#parts.wall.iso(micros);
  }

  totals(): Totals {
    const { counters } = this.#memory;
    return {
      active: counters.get('active'),
      total_started: counters.get('totalStarted'),
      total_failed: counters.get('totalFailed'),
    };
  }

  wait(entry: ManagedProcess, condition: Condition, options: WaitOptions): Promise<Waited> {
    return waitFor(entry, condition, options, { ...this.#parts, changes: this.changes });
  }

  /** Resolves when the whole tree is gone; throws `not_running`, or `timeout` with what is left. */
  async stop(entry: ManagedProcess, request: StopRequest): Promise<void> {
    if (!this.#askToStop(entry) && entry.facts.survivors.length === 0) {
      throw new Fault(
        'not_running',
        `process_id=${entry.id} is ${entry.state()} already`,
        'There is nothing to stop; proc remove forgets it.',
        {
          process_id: entry.id,
          state: entry.state(),
        },
      );
    }
    await this.#end(entry, { ...request, cause: 'stop' });
  }

  /** Stops it if it runs, then starts the same command again under the same id. */
  async restart(entry: ManagedProcess, request: StopRequest): Promise<void> {
    if (this.#memory.shuttingDown.isUp()) throw new ShuttingDownError();
    if (this.#askToStop(entry) || entry.facts.survivors.length > 0)
      await this.#end(entry, { ...request, cause: 'stop' });
    if (!renew(entry)) {
      throw new Fault(
        'already_exists',
        `process_id=${entry.id} was started by somebody else meanwhile`,
        'Look at proc status.',
        {
          process_id: entry.id,
        },
      );
    }
    entry.cell.restarted();
    const failed = await this.#start(entry);
    if (failed !== null) throw failed;
  }

  /** Throws `not_running` when its standard input takes nothing. */
  async input(entry: ManagedProcess, data: string, eof: boolean): Promise<void> {
    const refused = await this.#worker.call<'input'>({ call: 'input', slot: entry.handle.slot, data, eof });
    if (refused === null) return;
    throw new Fault(
      'not_running',
      `process_id=${entry.id} takes no input: ${refused}`,
      'See proc status for its state.',
      {
        process_id: entry.id,
        state: entry.state(),
      },
    );
  }

  /** Forgets an ended process, ends what outlived it, and gives its memory back. Throws `invalid_argument` while it runs. */
  async remove(entry: ManagedProcess): Promise<void> {
    if (entry.retired) return;
    if (isLive(entry.state())) {
      throw new Fault('invalid_argument', `process_id=${entry.id} is ${entry.state()}`, 'Stop it first: proc stop.', {
        process_id: entry.id,
        state: entry.state(),
      });
    }
    if (entry.facts.survivors.length > 0) await this.#end(entry, { force: false, graceMs: 5_000, cause: 'stop' });
    await this.#forget(entry);
  }

  holders(port: number): Promise<readonly PortHolder[]> {
    return this.#worker.call<'holders'>({ call: 'holders', port });
  }

  cleanupPort(port: number, dryRun: boolean): Promise<WorkerAnswers['cleanup']> {
    return this.#worker.call<'cleanup'>({ call: 'cleanup', port, dryRun });
  }

  /** Refuses new registrations, then ends all trees in parallel; under 3 s of deadline SIGKILL comes at once. Twice is no error. */
  async shutdown(deadlineMs: number): Promise<void> {
    this.#memory.shuttingDown.raise();
    const force = deadlineMs < 3_000;
    const options: StopOptions = { force, graceMs: force ? 0 : deadlineMs - 1_000, cause: 'shutdown' };
    await Promise.allSettled(this.list(null, null).map((entry) => this.#shutDown(entry, options)));
    await this.#worker.call<'dismiss'>({ call: 'dismiss' });
  }

  async #shutDown(entry: ManagedProcess, options: StopOptions): Promise<void> {
    if (this.#askToStop(entry) || entry.facts.survivors.length > 0) await this.#end(entry, options);
  }

  /** Null once it runs; else why the system would not start it. */
  async #start(entry: ManagedProcess): Promise<Fault | null> {
    const { spec, path } = entry.request;
    entry.facts = NO_FACTS;
    const failed = await this.#worker.call<'start'>({
      call: 'start',
      slot: entry.handle.slot,
      spec,
      output: entry.buffers,
    });
    if (failed === null) return null;
    return new Fault('start_failed', failed.message, 'Mend that and run it again; the id is free.', {
      process_id: entry.id,
      path,
      command: spec.display,
      reason: failed.code,
    });
  }

  /** Moves a live entry towards its end; false when it has ended already. The CAS that wins decides. */
  #askToStop(entry: ManagedProcess): boolean {
    for (;;) {
      const state = entry.state();
      if (state === 'stopping') return true;
      if (!isLive(state)) return false;
      const next: ProcessState = state === 'pending' ? 'stopped' : 'stopping';
      if (entry.compareAndSwapState(state, next)) return true;
    }
  }

  async #end(entry: ManagedProcess, options: StopOptions): Promise<void> {
    const verdict = await this.#worker.call<'stop'>({ call: 'stop', slot: entry.handle.slot, options });
    if (verdict.gone) return;
    const { left } = verdict;
    const names = left.map(({ pid, command }) => `${pid} (${command})`).join(', ');
    throw new Fault(
      'timeout',
      `process_id=${entry.id} still has ${left.length} processes: ${names}`,
      'Try proc stop with force: true.',
      {
        process_id: entry.id,
        left,
      },
    );
  }

  async #forget(entry: ManagedProcess): Promise<void> {
    await this.#worker.call<'release'>({ call: 'release', slot: entry.handle.slot });
    if (entry.retired) return;
    entry.retire();
    this.#memory.registry.remove(entry.handle);
    this.#entries.delete(entry.handle.slot);
    this.#parts.outputs.give(entry.buffers);
  }

  #find(path: string, id: string): ManagedProcess | null {
    const handle = this.#memory.registry.get(registryKey(path, id));
    return handle === undefined ? null : (this.#entries.get(handle.slot) ?? null);
  }

  #reuse(present: ManagedProcess, request: ProcessRequest): ManagedProcess {
    if (present.request.spec.display === request.spec.display) return present;
    throw this.#exists(request.id, request.path);
  }

  #exists(id: string, path: string): Fault {
    const present = this.#find(path, id);
    const command = present?.request.spec.display ?? '';
    return new Fault(
      'already_exists',
      `id=${id} is ${present?.state() ?? 'taken'} with another command: ${command}`,
      'Stop it first, or give another id.',
      {
        process_id: id,
        path,
        command,
        state: present?.state() ?? null,
      },
    );
  }

  /** Past the bound the oldest finished entry goes; live ones never. */
  async #makeRoom(): Promise<void> {
    if (this.#entries.size < this.#memory.capacity) return;
    const oldest = [...this.#entries.values()].find(
      (entry) => !isLive(entry.state()) && entry.facts.survivors.length === 0,
    );
    if (oldest === undefined) throw this.#full();
    await this.#forget(oldest);
  }

  #full(): Fault {
    const { capacity } = this.#memory;
    return new Fault('limit', `${capacity} processes are live, the most there can be`, 'Stop some of them first.', {
      limit: capacity,
    });
  }
}

/** From an ended state to `pending`, for a new run. */
function renew(entry: ManagedProcess): boolean {
  const state = entry.state();
  return !isLive(state) && entry.compareAndSwapState(state, 'pending');
}

function hasLabel(entry: ManagedProcess, label: string | null): boolean {
  if (label === null) return true;
  const [name = '', ...value] = label.split('=');
  return entry.request.labels[name] === value.join('=');
}
