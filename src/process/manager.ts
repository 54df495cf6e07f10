/** ProcessManager: every process of the daemon, by project and id. Lives in the control thread and reads shared memory directly. */
import type { Patterns } from '../patterns/patterns.ts';
import type { Fault } from '../text/fault.ts';
import { Changes } from './changes.ts';
import type { Clock, WallClock } from './clock.ts';
import type { Condition } from './condition.ts';
import {
  alreadyEnded,
  alreadyExists,
  cannotStart,
  notGone,
  removedMeanwhile,
  ShuttingDownError,
  startedMeanwhile,
  stillLive,
  takesNoInput,
  tooMany,
} from './faults.ts';
import { type FreePortRequest, freePort } from './free-port.ts';
import { isLive, type ProcessState } from './machine.ts';
import { ManagedProcess, NO_FACTS, type ProcessRequest, type ProcessView } from './managed-process.ts';
import { OutputEnds } from './output-ends.ts';
import { probeSucceeds } from './probe.ts';
import { checkId, registryKey } from './process-id.ts';
import { followReadiness } from './readiness.ts';
import { resolveProcess } from './resolve.ts';
import type { OutputPool, SharedMemory } from './shared-memory.ts';
import type { PortHolder, StopOptions, WorkerAnswers } from './spec.ts';
import { type HttpStatus, type Waited, type WaitOptions, type WaitTools, waitFor } from './wait.ts';
import { WorkerLink, type WorkerPort } from './worker-link.ts';

export interface ManagerParts {
  readonly memory: SharedMemory;
  readonly outputs: OutputPool;
  readonly worker: WorkerPort;
  readonly clock: Clock;
  readonly wall: WallClock;
  readonly patterns: Patterns;
  readonly httpStatus: HttpStatus;
  readonly say: (line: string) => void;
  /** The worker is gone, and with it the pipes of all children: the daemon must end. */
  readonly onWorkerLost: (error: Error) => void;
}

export interface Totals {
  readonly active: number;
  readonly total_started: number;
  readonly total_failed: number;
}

type StopRequest = Pick<StopOptions, 'force' | 'graceMs'>;

export class ProcessManager {
  readonly changes: Changes;
  readonly #parts: ManagerParts;
  readonly #memory: SharedMemory;
  readonly #worker: WorkerLink;
  /** By slot; the registry in shared memory says which are current. */
  readonly #entries = new Map<number, ManagedProcess>();
  readonly #ends = new OutputEnds();
  readonly #ending = new AbortController();

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

  /** A live id with the same command is returned; a finished one is replaced. Throws `already_exists`, `limit`, `start_failed`, `timeout`. */
  async run(request: ProcessRequest): Promise<{ process: ManagedProcess; reused: boolean }> {
    checkId(request.id);
    await this.#makeRoom();
    await this.stopped(request.path, request.id);
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
    if (failed === null) {
      if (request.readiness !== null)
        void followReadiness(entry, this.#waitTools(), this.#ending.signal, this.#parts.say);
      return { process: entry, reused: false };
    }
    await this.#removal(entry, () => this.#forget(entry));
    throw failed;
  }

  /** What is being stopped under that id has ended then: it is nothing to be used again. Throws `timeout` with what is left. */
  async stopped(path: string, id: string): Promise<void> {
    const present = this.#find(path, id);
    if (present?.state() === 'stopping')
      await this.#end(present, { force: false, graceMs: 5_000, hurries: false, cause: 'stop' });
  }

  /** Takes the id without starting anything: its state is `pending`. */
  register(request: ProcessRequest): ManagedProcess {
    if (this.#memory.shuttingDown.isUp()) throw new ShuttingDownError();
    const key = registryKey(request.path, request.id);
    const inserted = this.#memory.registry.insert(key, ({ slot }) => this.#memory.cell(slot).reset());
    if (inserted.kind === 'full') throw tooMany(this.#memory.capacity);
    if (inserted.kind === 'exists') throw alreadyExists(request, this.#find(request.path, request.id));
    const { handle } = inserted;
    const buffers = this.#parts.outputs.take(this.#ends.of(key));
    const entry = new ManagedProcess(request, handle, this.#memory.cell(handle.slot), buffers);
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

  /** In the order in which they were registered; `path` null: of all projects; `label` as `name=value`, or a name alone. */
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

  async wait(entry: ManagedProcess, condition: Condition, options: WaitOptions): Promise<Waited> {
    const waited = await waitFor(entry, condition, options, this.#waitTools());
    // Shared memory tells an end before the message with its last facts is here; the answer to a later call comes after it.
    if (!isLive(entry.state())) await this.ping().catch(() => null);
    return waited;
  }

  #waitTools(): WaitTools {
    return { ...this.#parts, changes: this.changes, succeeds: (...probe) => probeSucceeds(this, ...probe) };
  }

  /** Resolves when the whole tree is gone; throws `not_running`, or `timeout` with what is left. */
  async stop(entry: ManagedProcess, request: StopRequest): Promise<void> {
    if (!this.#askToStop(entry, 'stop') && entry.facts.survivors.length === 0) {
      throw alreadyEnded(entry);
    }
    await this.#end(entry, { ...request, hurries: true, cause: 'stop' });
  }

  /** Stops it if it runs, then starts the same command again under the same id. */
  async restart(entry: ManagedProcess, request: StopRequest): Promise<void> {
    if (this.#memory.shuttingDown.isUp()) throw new ShuttingDownError();
    if (this.#askToStop(entry, 'stop') || entry.facts.survivors.length > 0)
      await this.#end(entry, { ...request, hurries: true, cause: 'stop' });
    if (entry.removal !== null || entry.retired) throw removedMeanwhile(entry);
    if (!renew(entry)) {
      throw startedMeanwhile(entry);
    }
    entry.cell.restarted();
    const failed = await this.#start(entry);
    if (failed !== null) throw failed;
  }

  /** Throws `not_running` when its standard input takes nothing. */
  async input(entry: ManagedProcess, data: string, eof: boolean): Promise<void> {
    const refused = await this.#worker.call<'input'>({ call: 'input', slot: entry.handle.slot, data, eof });
    if (refused === null) return;
    throw takesNoInput(entry, refused);
  }

  /** Forgets an ended process, ends what outlived it, and gives its memory back. Throws `invalid_argument` while it runs. */
  async remove(entry: ManagedProcess): Promise<void> {
    if (entry.retired) return;
    if (isLive(entry.state())) {
      throw stillLive(entry);
    }
    await this.#removal(entry, async () => {
      if (entry.facts.survivors.length > 0)
        await this.#end(entry, { force: false, graceMs: 5_000, hurries: false, cause: 'stop' });
      await this.#forget(entry);
    });
  }

  /** From here on nobody starts it again; who removes it as well waits for the same end. */
  #removal(entry: ManagedProcess, work: () => Promise<void>): Promise<void> {
    entry.removal ??= work().finally(() => {
      entry.removal = null;
    });
    return entry.removal;
  }

  /** All that processes have written until then can be read: microseconds on the daemon's clock. */
  settled(): number {
    return this.#memory.watermark.until(this.#parts.clock.micros());
  }

  /** Resolves as soon as the worker is at it. */
  ping(): Promise<null> {
    return this.#worker.call<'ping'>({ call: 'ping' });
  }

  holders(port: number): Promise<readonly PortHolder[]> {
    return this.#worker.call<'holders'>({ call: 'holders', port });
  }

  /** Throws `permission_denied` where another project's process listens. */
  cleanupPort(request: FreePortRequest): Promise<WorkerAnswers['cleanup']> {
    return freePort(request, {
      supervised: async (port) => {
        const slots = await this.#worker.call<'slots'>({ call: 'slots', port });
        return slots.flatMap((slot) => this.#entries.get(slot) ?? []);
      },
      stop: (entry, options) => this.stop(entry, options),
      cleanup: (port, dryRun) => this.#worker.call<'cleanup'>({ call: 'cleanup', port, dryRun }),
    });
  }

  /** Refuses new registrations, then ends all trees in parallel; under 3 s of deadline SIGKILL comes at once. Twice is no error. */
  async shutdown(deadlineMs: number): Promise<void> {
    this.#memory.shuttingDown.raise();
    this.#ending.abort();
    const force = deadlineMs < 3_000;
    const graceMs = force ? 0 : deadlineMs - 1_000;
    const options: StopOptions = { force, graceMs, hurries: true, cause: 'shutdown' };
    await Promise.allSettled(this.list(null, null).map((entry) => this.#shutDown(entry, options)));
    await this.#worker.call<'dismiss'>({ call: 'dismiss' });
  }

  async #shutDown(entry: ManagedProcess, options: StopOptions): Promise<void> {
    if (this.#askToStop(entry, options.cause) || entry.facts.survivors.length > 0) await this.#end(entry, options);
  }

  /** Null once it runs; else why the system would not start it. */
  async #start(entry: ManagedProcess): Promise<Fault | null> {
    const { spec } = entry.request;
    entry.facts = NO_FACTS;
    const failed = await this.#worker.call<'start'>({
      call: 'start',
      slot: entry.handle.slot,
      spec,
      output: entry.buffers,
    });
    if (failed === null) return null;
    return cannotStart(entry.request, failed);
  }

  /** Moves a live entry towards its end; false when it has ended already. The CAS that wins decides. */
  #askToStop(entry: ManagedProcess, cause: StopOptions['cause']): boolean {
    for (;;) {
      const state = entry.state();
      if (state === 'stopping') return true;
      if (!isLive(state)) return false;
      const next: ProcessState = state === 'pending' ? 'stopped' : 'stopping';
      if (!entry.compareAndSwapState(state, next)) continue;
      if (next === 'stopped') entry.stoppedUnstarted = cause;
      return true;
    }
  }

  async #end(entry: ManagedProcess, options: StopOptions): Promise<void> {
    const verdict = await this.#worker.call<'stop'>({ call: 'stop', slot: entry.handle.slot, options });
    if (verdict.gone) return;
    throw notGone(entry, verdict.left);
  }

  async #forget(entry: ManagedProcess): Promise<void> {
    await this.#worker.call<'release'>({ call: 'release', slot: entry.handle.slot });
    if (entry.retired) return;
    this.#ends.note(registryKey(entry.path, entry.id), entry.output.end());
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
    throw alreadyExists(request, present);
  }

  /** Past the bound the oldest finished entry goes; live ones never. */
  async #makeRoom(): Promise<void> {
    if (this.#entries.size < this.#memory.capacity) return;
    const oldest = [...this.#entries.values()].find(
      (entry) => !isLive(entry.state()) && entry.facts.survivors.length === 0,
    );
    if (oldest === undefined) throw tooMany(this.#memory.capacity);
    await this.#removal(oldest, () => this.#forget(oldest));
  }
}

/** From an ended state to `pending`, for a new run. */
function renew(entry: ManagedProcess): boolean {
  const state = entry.state();
  return !isLive(state) && entry.compareAndSwapState(state, 'pending');
}

function hasLabel(entry: ManagedProcess, label: string | null): boolean {
  if (label === null) return true;
  const { labels } = entry.request;
  const [name = '', ...value] = label.split('=');
  return value.length === 0 ? Object.hasOwn(labels, name) : labels[name] === value.join('=');
}
