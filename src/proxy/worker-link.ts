/** The control thread's end of a proxy's worker: calls with answers, what it reports, and its loss. */
import type { ExecAnswer } from '../page/protocol.ts';
import type { PageFacts } from './page-connection.ts';
import type { FromProxyWorker, ProxyAnswers, ProxyCall, ToProxyWorker } from './spec.ts';

/** The part of a worker thread that the link needs. */
export interface ProxyWorkerPort {
  postMessage(message: ToProxyWorker): void;
  on(event: 'message', listener: (message: FromProxyWorker) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  terminate(): Promise<unknown>;
}

type CallNamed<Name extends ProxyCall['call']> = Extract<ProxyCall, { call: Name }>;

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export interface LinkEvents {
  failed(message: string, micros: number): void;
  page(facts: PageFacts, micros: number): void;
  pageGone(page: number, micros: number): void;
  ran(answer: ExecAnswer): void;
  /** Once the thread is gone without having been ended; nothing listens any more. */
  lost(error: Error): void;
}

export class ProxyWorkerLink {
  readonly #port: ProxyWorkerPort;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #cause: Error | null = null;
  #isGone = false;
  #isEnding = false;

  constructor(port: ProxyWorkerPort, events: LinkEvents) {
    this.#port = port;
    port.on('message', (message) => {
      if (message.kind === 'failed') events.failed(message.message, message.micros);
      else if (message.kind === 'page') events.page(message.facts, message.micros);
      else if (message.kind === 'page-gone') events.pageGone(message.page, message.micros);
      else if (message.kind === 'ran') events.ran(message.answer);
      else this.#settle(message);
    });
    port.on('error', (error) => {
      this.#cause ??= error;
    });
    // After an error too; only then are its sockets closed.
    port.on('exit', (code) => {
      const error = this.#cause ?? new Error(`the proxy's worker ended with code ${code}`);
      this.#isGone = true;
      for (const pending of this.#pending.values()) pending.reject(error);
      this.#pending.clear();
      if (!this.#isEnding) events.lost(error);
    });
  }

  /** Rejects when the worker fails at it or is lost. */
  call<Name extends ProxyCall['call']>(call: CallNamed<Name>): Promise<ProxyAnswers[Name]> {
    if (this.#isGone) return Promise.reject(this.#cause ?? new Error('the proxy has no worker any more'));
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: (value) => resolve(value as ProxyAnswers[Name]), reject });
      this.#port.postMessage({ id, ...call } as ToProxyWorker);
    });
  }

  /** Closes what it has open, then ends the thread; a thread that does not answer is ended all the same. */
  async end(patience: Promise<void>): Promise<void> {
    this.#isEnding = true;
    await Promise.race([this.call<'close'>({ call: 'close' }).catch(() => {}), patience]);
    await this.#port.terminate();
  }

  #settle(message: Extract<FromProxyWorker, { id: number }>): void {
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.kind === 'answer') pending?.resolve(message.value);
    else pending?.reject(new Error(message.message));
  }
}
