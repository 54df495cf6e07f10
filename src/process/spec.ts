/** What is to be run, and the messages between the control thread and the process worker. Plain data: it is cloned. */
import type { EndedBy } from './machine.ts';

export type RestartPolicy = 'never' | 'on-failure' | 'always';

export interface ProcessSpec {
  /** What the person or agent asked for, as shown; what is executed is `command` and `args`. */
  readonly display: string;
  readonly command: string;
  readonly args: readonly string[];
  /** `command` is a line for the system's shell. */
  readonly shell: boolean;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The run is ended after so many milliseconds; null: never. */
  readonly timeoutMs: number | null;
  readonly restart: RestartPolicy;
  /** Run under a pseudo-terminal, where the optional package for it is installed. */
  readonly tty: boolean;
}

/** Shared memory of one process's two output streams. */
export interface OutputBuffers {
  /** Position of the first byte: where an earlier process of the same id ended, so that its cursors go on. */
  readonly from: number;
  readonly stdout: SharedArrayBuffer;
  readonly stderr: SharedArrayBuffer;
}

export interface StopOptions {
  readonly force: boolean;
  readonly graceMs: number;
  /** A stop that is under way takes no longer than this one would; false: it goes on as it is. */
  readonly hurries: boolean;
  readonly cause: Extract<EndedBy, 'stop' | 'timeout' | 'shutdown'>;
}

/** A member of a process's tree that a stop could not end, or that outlived its leader. */
export interface Survivor {
  readonly pid: number;
  readonly command: string;
}

export type StopVerdict = { readonly gone: true } | { readonly gone: false; readonly left: readonly Survivor[] };

export interface PortHolder {
  readonly pid: number;
  readonly command: string;
}

/** Facts too long for a word of shared memory; the whole of them is sent each time one changes. */
export interface Facts {
  readonly urls: readonly string[];
  readonly ports: readonly number[];
  /** Those that a debugger has announced, whether it listens still or not. */
  readonly debuggers: readonly number[];
  readonly survivors: readonly Survivor[];
  /** Why the last start failed, as the system says it. */
  readonly spawnError: SpawnError | null;
}

export interface SpawnError {
  readonly code: string;
  readonly message: string;
}

/** Requests that are answered under their id. */
export type WorkerCall =
  | { readonly call: 'start'; readonly slot: number; readonly spec: ProcessSpec; readonly output: OutputBuffers }
  | { readonly call: 'stop'; readonly slot: number; readonly options: StopOptions }
  | { readonly call: 'input'; readonly slot: number; readonly data: string; readonly eof: boolean }
  | { readonly call: 'release'; readonly slot: number }
  | { readonly call: 'ping' }
  | { readonly call: 'holders'; readonly port: number }
  | { readonly call: 'cleanup'; readonly port: number; readonly dryRun: boolean }
  /** Slots of the processes to whose trees those belong who listen there. */
  | { readonly call: 'slots'; readonly port: number }
  /** An orderly end: the dead-man's switch ends who is still there all the same, and itself. */
  | { readonly call: 'dismiss' };

/** What each call answers with. */
export interface WorkerAnswers {
  /** Null once the process runs; else why it could not be started. */
  start: SpawnError | null;
  stop: StopVerdict;
  /** Null when taken; else why not. */
  input: string | null;
  release: null;
  ping: null;
  dismiss: null;
  holders: readonly PortHolder[];
  slots: readonly number[];
  cleanup: {
    readonly killed: readonly PortHolder[];
    readonly message: string;
    readonly left: readonly PortHolder[];
    readonly refused: boolean;
  };
}

export type ToWorker = { readonly id: number } & WorkerCall;

export type FromWorker =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'fault'; readonly id: number; readonly message: string }
  | { readonly kind: 'facts'; readonly slot: number; readonly run: number; readonly facts: Facts };

/** What the worker is started with. */
export interface WorkerData {
  readonly segment: SharedArrayBuffer;
  /** The daemon's marker: part of each child's environment (see os/marker.ts). */
  readonly marker: string;
  /** An hrtime in nanoseconds: times are microseconds since then. */
  readonly epoch: bigint;
}
