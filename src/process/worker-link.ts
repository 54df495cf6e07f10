/** The control thread's end of the process worker: calls with answers, facts as they come, and its loss. */
import type { Facts, FromWorker, ToWorker, WorkerAnswers, WorkerCall } from './spec.ts';

/** The part of a worker thread that the link needs. */
export interface WorkerPort {
  postMessage(message: ToWorker): void;
  on(event: 'message', listener: (message: FromWorker) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
}

type CallNamed<Name extends WorkerCall['call']> = Extract<WorkerCall, { call: Name }>;

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class WorkerLink {
  readonly #port: WorkerPort;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #lost: Error | null = null;

  constructor(
    port: WorkerPort,
    onFacts: (slot: number, run: number, facts: Facts) => void,
    onLost: (error: Error) => void,
  ) {
    this.#port = port;
    port.on('message', (message) => {
      if (message.kind === 'facts') onFacts(message.slot, message.run, message.facts);
      else this.#settle(message);
    });
    const lose = (error: Error) => {
      if (this.#lost !== null) return;
      this.#lost = error;
      for (const pending of this.#pending.values()) pending.reject(error);
      this.#pending.clear();
      onLost(error);
    };
    port.on('error', lose);
    port.on('exit', (code) => lose(new Error(`the process worker ended with code ${code}`)));
  }

  /** Rejects when the worker fails at it or is lost. */
  call<Name extends WorkerCall['call']>(call: CallNamed<Name>): Promise<WorkerAnswers[Name]> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: (value) => resolve(value as WorkerAnswers[Name]), reject });
      this.#port.postMessage({ id, ...call } as ToWorker);
    });
  }

  #settle(message: Exclude<FromWorker, { kind: 'facts' }>): void {
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.kind === 'answer') pending?.resolve(message.value);
    else pending?.reject(new Error(message.message));
  }
}
