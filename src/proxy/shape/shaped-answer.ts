/** The answer to an exchange that rules touch: read as the target sends it, kept while it waits for others, then let through its rules. */
import { type Http1Event, Http1Reader, type ResponseHead } from '../http1.ts';
import { CUT } from '../upstream.ts';
import type { AnswerOutlet } from './answer-outlet.ts';
import { AnswerShaper } from './answer-shaper.ts';
import type { Plan } from './plan.ts';
import type { Reordering, ReorderPlace } from './reordering.ts';

export interface ShapedAnswerOwner {
  reordering(plan: NonNullable<Plan['reorder']>): Reordering;
  /** It waits no more: more of it may come. */
  opened(): void;
  /** The target switches protocols; `rest` came behind its head. */
  switched(head: Buffer, rest: Buffer): void;
  /** It cannot be read. */
  failed(error: Error | undefined): void;
  note(words: string): void;
}

export class ShapedAnswer {
  readonly #method: string;
  readonly #reorder: Plan['reorder'];
  readonly #outlet: AnswerOutlet;
  readonly #owner: ShapedAnswerOwner;
  readonly #reader = new Http1Reader('response');
  readonly #shaper: AnswerShaper;
  #place: ReorderPlace | null = null;
  /** What has come while it waits for others; null: it does not wait. */
  #early: Buffer[] | null = null;
  #hasEnded = false;
  #isWhole = false;

  constructor(plan: Plan, method: string, outlet: AnswerOutlet, owner: ShapedAnswerOwner) {
    this.#method = method;
    this.#reorder = plan.reorder;
    this.#outlet = outlet;
    this.#owner = owner;
    this.#shaper = new AnswerShaper(plan, method, {
      send: (bytes, isBody) => outlet.send(bytes, isBody),
      end: () => outlet.finish(null),
      cut: () => outlet.cut(CUT),
      note: (words) => owner.note(words),
    });
  }

  /** What may still come is not wanted. */
  get #isOver(): boolean {
    return this.#isWhole || this.#outlet.isFinished;
  }

  /** For others of its rule. */
  get isWaiting(): boolean {
    return this.#early !== null;
  }

  take(chunk: Buffer): void {
    if (this.#waitsForOthers()) this.#early?.push(chunk);
    else if (!this.#isOver) {
      this.#reader.push(chunk);
      this.#read();
    }
  }

  /** The target sends no more. */
  end(): void {
    this.#hasEnded = true;
    if (!this.isWaiting) this.#conclude();
  }

  /** Others need not wait for it. */
  leave(): void {
    this.#place?.leave();
  }

  /** The first time, takes its place among them. */
  #waitsForOthers(): boolean {
    if (this.#reorder === null) return false;
    if (this.#place === null) {
      this.#early = [];
      this.#place = this.#owner.reordering(this.#reorder).join(() => this.#open());
    }
    return this.isWaiting;
  }

  #open(): void {
    for (const chunk of this.#early ?? []) this.#reader.push(chunk);
    this.#early = null;
    this.#read();
    if (this.#hasEnded) this.#conclude();
    this.#owner.opened();
  }

  #conclude(): void {
    if (!this.#isOver) {
      this.#reader.finish();
      this.#read();
    }
    this.#outlet.finish(null);
  }

  #read(): void {
    try {
      while (!this.#isOver) {
        const event = this.#reader.next(this.#method);
        if (event === null) return;
        this.#pass(event);
      }
    } catch (error) {
      this.#owner.failed(error instanceof Error ? error : undefined);
    }
  }

  #pass(event: Http1Event): void {
    if (event.kind === 'body') this.#shaper.body(event);
    else if (event.kind === 'response') this.#takeHead(event);
    else if (event.kind === 'end') {
      this.#isWhole = true;
      this.#shaper.end();
    }
  }

  #takeHead(head: ResponseHead): void {
    // Behind it the reader reads nothing.
    if (head.status === 101) this.#owner.switched(head.raw, this.#reader.rest());
    else if (head.status < 200) this.#outlet.send(head.raw, false);
    else this.#shaper.head(head);
  }
}
