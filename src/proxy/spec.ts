/** What a proxy is to do, and the messages between the control thread and its worker. Plain data: it is cloned. */
import type { ExecAnswer } from '../page/protocol.ts';
import type { PageFacts } from './page-connection.ts';
import type { ShapeUpdate } from './shape/rule.ts';

export interface TargetSpec {
  /** `http://localhost:3000` */
  readonly url: string;
  /** Null: certificates are verified, except those of loopback targets. */
  readonly verifyTls: boolean | null;
}

/** What a worker is started with. */
export interface ProxyWorkerData {
  readonly segment: SharedArrayBuffer;
  readonly generation: number;
  /** One word: the last entry id that was given out, by any proxy of the daemon. */
  readonly ids: SharedArrayBuffer;
  /** An hrtime in nanoseconds: times are microseconds since then. */
  readonly epoch: bigint;
  readonly target: TargetSpec;
  readonly publicUrl: string | null;
  /** One word that is this proxy's alone. */
  readonly loopTag: string;
  /** Rules that are in force already. */
  readonly rules: ShapeUpdate;
}

/** Why an address could not be had; `code` as the system says it. */
export interface ListenFault {
  readonly code: string;
  readonly message: string;
  readonly address: string;
}

export interface ListenSpec {
  /** The first must be had; the others only if the machine has them. */
  readonly addresses: readonly string[];
  readonly port: number;
}

/** Requests that are answered under their id. */
export type ProxyCall =
  | ({ readonly call: 'listen' } & ListenSpec)
  | { readonly call: 'retarget'; readonly target: TargetSpec }
  /** Hands a page a function body to run; its answer comes as a message of its own. */
  | { readonly call: 'exec'; readonly page: number; readonly run: string; readonly code: string }
  /** Nobody waits for that run any more. */
  | { readonly call: 'forget'; readonly run: string }
  /** How a run in a page ended, for the log. */
  | { readonly call: 'executed'; readonly page: number; readonly facts: Readonly<Record<string, unknown>> }
  /** Pages are to record changes of their documents for a while. */
  | { readonly call: 'changes' }
  | ({ readonly call: 'shape' } & ShapeUpdate)
  /** Closes what listens and all connections. */
  | { readonly call: 'close' };

/** Pages record changes of their documents. */
export interface ChangesRecording {
  /** Nothing was recorded before. */
  readonly isNew: boolean;
  /** Open now. */
  readonly pages: number;
}

export interface ProxyAnswers {
  /** Null: it listens on all of `addresses` that the machine has. */
  listen: ListenFault | null;
  retarget: null;
  /** False: that page is not open. */
  exec: boolean;
  forget: null;
  executed: null;
  changes: ChangesRecording;
  shape: null;
  close: null;
}

export type ToProxyWorker = { readonly id: number } & ProxyCall;

export type FromProxyWorker =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'fault'; readonly id: number; readonly message: string }
  /** What last went wrong between proxy and target. */
  | { readonly kind: 'failed'; readonly message: string; readonly micros: number }
  | { readonly kind: 'page'; readonly facts: PageFacts; readonly micros: number }
  | { readonly kind: 'page-gone'; readonly page: number; readonly micros: number }
  | { readonly kind: 'ran'; readonly answer: ExecAnswer };
