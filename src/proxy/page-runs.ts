/** Code that pages were asked to run and have not answered for yet. Control thread. */
import type { ExecAnswer } from '../page/protocol.ts';

/** `gone`: the page was left or closed meanwhile. */
export type RunEnd =
  | { readonly kind: 'answered'; readonly answer: ExecAnswer }
  | { readonly kind: 'timeout' | 'gone' | 'cancelled' };

export class PageRuns {
  readonly #waiting = new Map<string, { readonly page: number; settle(end: RunEnd): void }>();

  /** Resolves with the answer of run `id` on page number `page`, after `timeout`, when the signal aborts, or when the page goes. */
  wait(id: string, page: number, timeout: Promise<void>, signal: AbortSignal): Promise<RunEnd> {
    return new Promise((resolve) => {
      const cancel = () => settle({ kind: 'cancelled' });
      const settle = (end: RunEnd) => {
        this.#waiting.delete(id);
        signal.removeEventListener('abort', cancel);
        resolve(end);
      };
      this.#waiting.set(id, { page, settle });
      signal.addEventListener('abort', cancel, { once: true });
      timeout.then(() => settle({ kind: 'timeout' }));
    });
  }

  answered(answer: ExecAnswer): void {
    this.#waiting.get(answer.id)?.settle({ kind: 'answered', answer });
  }

  /** Of one page; of all when the worker is gone. */
  gone(page: number | null): void {
    for (const one of this.#waiting.values()) if (page === null || one.page === page) one.settle({ kind: 'gone' });
  }
}
