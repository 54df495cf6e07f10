/** The request of an exchange that rules touch: once they have decided and had their time, it is cut off, answered, or passed on changed. */
import type { BodyPart, RequestHead } from '../http1.ts';
import { ArrivingRequest } from './arriving-request.ts';
import { requestBytes, wantsRequestBody } from './changed-request.ts';
import type { Clock } from './clock.ts';
import type { AnsweredRequest } from './made-answer.ts';
import { newPlan, type Plan } from './plan.ts';

export interface ShapedRequestOwner {
  readonly clock: Clock;
  /** Once the body is there; null: nothing touches it after all. */
  decide(body: string): Plan | null;
  /** Nothing has been done yet. */
  decided(plan: Plan, head: RequestHead): void;
  /** It waits for its time, or for a rule's end. */
  waits(): void;
  /** The browser is to send the body. */
  asksForBody(): void;
  cut(how: 'reset' | 'close'): void;
  answer(planned: NonNullable<Plan['answer']>, request: AnsweredRequest): void;
  /** To the target, to which there is no connection yet. */
  pass(bytes: readonly Buffer[]): void;
  /** More of it. */
  passOn(bytes: Buffer): void;
  /** It waits no more: there may be room. */
  drained(): void;
  note(words: string): void;
}

type Stage =
  /** The body decides what happens. */
  | 'deciding'
  | 'waiting'
  /** It has to be whole before it is answered, or changed. */
  | 'answering'
  | 'changing'
  | 'passing';

export class ShapedRequest {
  readonly #owner: ShapedRequestOwner;
  readonly #arriving = new ArrivingRequest();
  #stage: Stage = 'waiting';
  /** Null: it hangs on the body. */
  #plan: Plan | null;
  #timer: { cancel(): void } | null = null;

  constructor(plan: Plan | null, owner: ShapedRequestOwner) {
    this.#owner = owner;
    this.#plan = plan;
  }

  /** Nothing has been done with it. */
  get isUndone(): boolean {
    return this.#stage === 'waiting' || this.#stage === 'deciding';
  }

  /** No more of it may come for now. */
  get isFull(): boolean {
    return this.#stage === 'waiting' && this.#arriving.isFull;
  }

  take(chunk: Buffer): void {
    const arriving = this.#arriving;
    arriving.push(chunk);
    for (let event = arriving.next(); event !== null; event = arriving.next()) {
      if (event.kind === 'request') this.#begin();
      else if (event.kind === 'body') this.#takeBody(event);
      else if (event.kind === 'end') this.#takeEnd();
    }
  }

  /** It waits for nothing any more. */
  hurry(): void {
    if (this.#stage !== 'waiting' || this.#timer === null) return;
    this.#timer.cancel();
    this.#goOn();
  }

  /** Nothing more is done with it. */
  end(): void {
    this.#timer?.cancel();
  }

  #begin(): void {
    if (this.#plan !== null) this.#wait(this.#plan);
    else {
      this.#stage = 'deciding';
      this.#askForBody();
    }
  }

  #takeBody(part: BodyPart): void {
    const arriving = this.#arriving;
    if (this.#stage === 'passing') this.#owner.passOn(part.raw);
    // An answer of our own needs no more.
    else if (this.#stage === 'answering') arriving.keepBeginning(part);
    else arriving.keep(part);
    if (this.#stage === 'deciding' && arriving.isLookedAt) this.#decide();
    else if (this.#stage === 'changing' && arriving.isTooLongToChange) {
      this.#owner.note('the request is too long to be changed');
      this.#pass();
    }
  }

  #takeEnd(): void {
    if (this.#stage === 'deciding') this.#decide();
    else if (this.#stage === 'answering') this.#answer();
    else if (this.#stage === 'changing') this.#pass();
  }

  #askForBody(): void {
    if (this.#arriving.isToBeAskedFor) this.#owner.asksForBody();
  }

  #decide(): void {
    this.#plan = this.#owner.decide(this.#arriving.beginning().toString('latin1')) ?? newPlan();
    this.#wait(this.#plan);
  }

  #wait(plan: Plan): void {
    const { head } = this.#arriving;
    if (head === null) return;
    this.#stage = 'waiting';
    this.#owner.decided(plan, head);
    const { delayMs, hold } = plan;
    if (delayMs === 0 && hold === null) {
      this.#goOn();
      return;
    }
    this.#owner.waits();
    this.#timer = this.#owner.clock.after(delayMs, () => {
      if (hold === null) this.#goOn();
      else this.#timer = { cancel() {} };
    });
  }

  #goOn(): void {
    const plan = this.#plan ?? newPlan();
    this.#timer = null;
    if (plan.cut !== null) this.#owner.cut(plan.cut);
    else if (plan.answer !== null) {
      this.#stage = 'answering';
      this.#askForBody();
      if (this.#arriving.isWhole) this.#answer();
    } else if (wantsRequestBody(plan) && !this.#arriving.isWhole) {
      this.#stage = 'changing';
      this.#askForBody();
    } else this.#pass();
    this.#owner.drained();
  }

  #answer(): void {
    const { head } = this.#arriving;
    const planned = this.#plan?.answer ?? null;
    if (planned === null || head === null) return;
    const { method, target, fields } = head;
    this.#owner.answer(planned, { method, target, fields, body: this.#arriving.beginning().toString('utf8') });
  }

  /** Changed as far as it is whole; the rest of it goes after. */
  #pass(): void {
    const { head } = this.#arriving;
    if (head === null) return;
    this.#stage = 'passing';
    const body = this.#arriving.body();
    const changed = requestBytes(head, this.#plan ?? newPlan(), body, (words) => this.#owner.note(words));
    const kept = this.#arriving.take();
    this.#owner.pass([changed?.head ?? head.raw, ...(changed?.body == null ? kept : [changed.body])]);
  }
}
