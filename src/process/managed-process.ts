/** One entry as the control thread holds it: what was asked for, its cell and output in shared memory, the long facts. */
import { constants } from 'node:os';
import type { Handle } from '../lockfree/registry.ts';
import type { CellSnapshot, ProcessCell } from './cell.ts';
import type { WallClock } from './clock.ts';
import type { Condition } from './condition.ts';
import { type EndedBy, isLive, type ProcessState } from './machine.ts';
import { type OutputTotals, ProcessOutput } from './output.ts';
import type { Facts, OutputBuffers, ProcessSpec, Survivor } from './spec.ts';

/** What a caller asks for; ids and paths are checked already. */
export interface ProcessRequest {
  readonly id: string;
  /** Real path of the project directory that the id belongs to. */
  readonly path: string;
  readonly owner: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Goes on when all clients of its project have left. */
  readonly keep: boolean;
  /** When it counts as ready; null: as any server does, by a URL, a port or its end. */
  readonly readiness: Condition | null;
  /** Started because the project's config says so, not because somebody asked for it. */
  readonly autostart: boolean;
  readonly spec: ProcessSpec;
}

/** A process as every result shows it; no field is ever left out. */
export interface ProcessView {
  readonly process_id: string;
  readonly path: string;
  readonly command: string;
  readonly state: ProcessState;
  readonly pid: number | null;
  readonly pgid: number | null;
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly ended_by: string | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly runtime_ms: number;
  readonly ready: boolean;
  readonly urls: readonly string[];
  readonly ports: readonly number[];
  readonly restarts: number;
  readonly owner: string;
  readonly autostart: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** What outlived its leader; ended by stop, remove or shutdown. */
  readonly survivors: readonly Survivor[];
  readonly output: OutputTotals;
}

const NO_END = { exitCode: null, exitSignal: null, endedBy: null } as const;

export const NO_FACTS: Facts = { urls: [], ports: [], debuggers: [], survivors: [], spawnError: null };

/** Of two names the first: Node has SIGABRT and SIGIO before their old synonyms. */
const SIGNAL_NAMES = new Map(
  Object.entries(constants.signals)
    .toReversed()
    .map(([name, number]) => [number, name]),
);
const signalName = (number: number): string => SIGNAL_NAMES.get(number) ?? `SIG${number}`;

export class ManagedProcess {
  readonly request: ProcessRequest;
  readonly handle: Handle;
  readonly cell: ProcessCell;
  readonly buffers: OutputBuffers;
  readonly output: ProcessOutput;
  /** The last look at the cell, once the entry was removed: slot and buffers belong to others then. */
  #last: CellSnapshot | null = null;
  /** As the worker last reported them. */
  facts: Facts = NO_FACTS;
  /** The last run that has become ready in the way that the request declares. */
  readyRun: number | null = null;
  /** Why it ended before the worker had begun its first run: its cell tells of runs alone. */
  stoppedUnstarted: EndedBy | null = null;
  /** Settles when it is removed, or cannot be; null: nobody removes it. */
  removal: Promise<void> | null = null;

  constructor(request: ProcessRequest, handle: Handle, cell: ProcessCell, buffers: OutputBuffers) {
    this.request = request;
    this.handle = handle;
    this.cell = cell;
    this.buffers = buffers;
    this.output = new ProcessOutput(buffers);
  }

  get id(): string {
    return this.request.id;
  }

  get path(): string {
    return this.request.path;
  }

  get retired(): boolean {
    return this.#last !== null;
  }

  /** Before slot and buffers go back: what is still held of this entry answers from here on without them. */
  retire(): void {
    this.#last = this.cell.snapshot();
    this.output.retire();
  }

  snapshot(): CellSnapshot {
    return this.#last ?? this.cell.snapshot();
  }

  state(): ProcessState {
    return this.#last?.state ?? this.cell.state.get();
  }

  /** A function that says whether anything of it is another than now: its state, facts, run or output. */
  news(): () => boolean {
    const { facts, readyRun, retired } = this;
    const [state, run, end] = [this.state(), this.cell.run(), this.output.end()];
    return () =>
      this.facts !== facts ||
      this.readyRun !== readyRun ||
      this.retired !== retired ||
      (!retired && (this.state() !== state || this.cell.run() !== run || this.output.end() !== end));
  }

  /** True when the process was in `from` and is now in `to`; throws for a move that the table does not have. */
  compareAndSwapState(from: ProcessState, to: ProcessState): boolean {
    return this.cell.state.compareAndSwap(from, to);
  }

  /** How its latest run ended, in words: `exit code 1`, `SIGTERM`. */
  endText(): string {
    const { exitCode, exitSignal } = this.snapshot();
    return exitSignal === null ? `exit code ${exitCode ?? '?'}` : signalName(exitSignal);
  }

  /** Read from shared memory alone. `nowMicros` is the time to which a live run's runtime counts. */
  view(nowMicros: number, wall: WallClock): ProcessView {
    const { request, facts } = this;
    const cell = this.snapshot();
    // Between two runs a cell tells the end of the one before (see cell.ts).
    const isOver = !isLive(cell.state);
    const { exitCode, exitSignal, endedBy } = isOver ? cell : NO_END;
    const endedAt = isOver ? cell.endedAt : null;
    const startedAt = cell.state === 'pending' || cell.state === 'starting' ? null : cell.startedAt;
    return {
      process_id: request.id,
      path: request.path,
      command: request.spec.display,
      state: cell.state,
      pid: cell.pid,
      pgid: cell.pgid,
      exit_code: exitCode,
      signal: exitSignal === null ? null : signalName(exitSignal),
      ended_by: endedBy ?? (isOver ? this.stoppedUnstarted : null),
      started_at: startedAt === null ? null : wall.iso(startedAt),
      ended_at: endedAt === null ? null : wall.iso(endedAt),
      runtime_ms: startedAt === null ? 0 : Math.round(((endedAt ?? nowMicros) - startedAt) / 1000),
      ready: this.#hasBecomeReady(cell) && !isOver && startedAt !== null,
      urls: facts.urls,
      ports: facts.ports,
      restarts: cell.restarts,
      owner: request.owner,
      autostart: request.autostart,
      labels: request.labels,
      survivors: facts.survivors,
      output: this.output.totals(),
    };
  }

  #hasBecomeReady({ run, readyAt }: CellSnapshot): boolean {
    return this.request.readiness === null ? readyAt !== null : this.readyRun === run;
  }
}
