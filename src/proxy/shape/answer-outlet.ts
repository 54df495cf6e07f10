/** What goes to the browser's side, at the pace that rules allow; if they say so, the last byte of the body comes late. */
import type { CUT, Loss, RESET } from '../upstream.ts';
import type { Clock } from './clock.ts';
import { Pacer } from './pacer.ts';
import type { Plan } from './plan.ts';

export interface AnswerOutletOwner {
  give(bytes: Buffer): void;
  /** There is room again. */
  drained(): void;
  /** All that was sent before has been given. `loss` null: it ends well. */
  finished(loss: Loss | null): void;
}

export class AnswerOutlet {
  readonly #clock: Clock;
  readonly #owner: AnswerOutletOwner;
  readonly #pacer: Pacer | null;
  readonly #lateMs: number;
  /** The last byte so far. */
  #last: Buffer | null = null;
  #lateTimer: { cancel(): void } | null = null;
  #isFinished = false;

  constructor({ pace, lateEndMs }: Pick<Plan, 'pace' | 'lateEndMs'>, clock: Clock, owner: AnswerOutletOwner) {
    this.#clock = clock;
    this.#owner = owner;
    this.#lateMs = lateEndMs;
    const give = (piece: Buffer) => owner.give(piece);
    this.#pacer = pace === null ? null : new Pacer(pace, clock, give, () => owner.drained());
  }

  get isFull(): boolean {
    return this.#pacer?.isFull === true;
  }

  /** Nothing is taken any more; what was may still wait its turn. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** Heads have no pace. */
  send(bytes: Buffer, isBody: boolean): void {
    if (this.#isFinished) return;
    if (!isBody) this.#owner.give(bytes);
    else this.#pass(this.#lateMs > 0 ? this.#allButLast(bytes) : bytes);
  }

  /** The connection goes, after what has been sent: `code` says how. */
  cut(code: typeof CUT | typeof RESET): void {
    this.finish({ code, message: 'a rule cut the connection' });
  }

  /** The first end wins. */
  finish(loss: Loss | null): void {
    if (this.#isFinished) return;
    if (this.#last !== null && loss === null) {
      this.#lateTimer ??= this.#clock.after(this.#lateMs, () => this.#sendLast());
      return;
    }
    this.#isFinished = true;
    if (this.#pacer === null) this.#owner.finished(loss);
    else this.#pacer.whenEmpty(() => this.#owner.finished(loss));
  }

  /** What waits goes on at once. */
  hurry(): void {
    this.#pacer?.hurry();
    this.#sendLast();
  }

  /** What waits is lost. */
  end(): void {
    this.#isFinished = true;
    this.#lateTimer?.cancel();
    this.#pacer?.end();
  }

  /** Without the last byte no browser takes an answer for whole. */
  #allButLast(bytes: Buffer): Buffer {
    const held = this.#last;
    this.#last = Buffer.from(bytes.subarray(-1));
    const rest = bytes.subarray(0, -1);
    return held === null ? rest : Buffer.concat([held, rest]);
  }

  /** The last byte, if all but it has been sent. */
  #sendLast(): void {
    const last = this.#last;
    if (this.#lateTimer === null || last === null || this.#isFinished) return;
    this.#lateTimer.cancel();
    this.#last = null;
    this.#pass(last);
    this.finish(null);
  }

  #pass(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#pacer === null) this.#owner.give(bytes);
    else this.#pacer.add(bytes);
  }
}
