/**
 * Stands where the connection to the target would be, for one exchange that rules touch: its request, answer and tunnel go through
 * their rules. To the engine it is a target like any other, so that framing, back-pressure, time-outs, the order of answers,
 * documents and the log are the engine's own; when its browser leaves, it is destroyed, and all ends.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Dial } from '../dial.ts';
import type { RequestHead } from '../http1.ts';
import { CUT, type Loss, RESET } from '../upstream.ts';
import { AnswerOutlet } from './answer-outlet.ts';
import { MOST_QUEUED } from './arriving-request.ts';
import type { LiveRule } from './live-rule.ts';
import { madeAnswer } from './made-answer.ts';
import type { Plan } from './plan.ts';
import { ShapedAnswer, type ShapedAnswerOwner } from './shaped-answer.ts';
import { ShapedRequest, type ShapedRequestOwner } from './shaped-request.ts';
import { openTarget } from './shaped-target.ts';
import { ShapedTunnel, type ShapedTunnelOwner } from './shaped-tunnel.ts';

/** The rules' side of it. */
export interface ShapedOwner
  extends Pick<ShapedRequestOwner, 'clock' | 'decide' | 'note'>,
    Pick<ShapedAnswerOwner, 'reordering'>,
    Pick<ShapedTunnelOwner, 'count'> {
  /** ISO 8601. */
  iso(): string;
  /** It waits for its time, or for a rule's end. */
  waits(socket: ShapedSocket): void;
  gone(socket: ShapedSocket): void;
}

const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');

export class ShapedSocket extends Duplex {
  readonly #owner: ShapedOwner;
  readonly #dial: Dial;
  readonly #request: ShapedRequest;
  /** These are null until it is decided, and opened. */
  #plan: Plan | null = null;
  #answer: ShapedAnswer | null = null;
  #outlet: AnswerOutlet | null = null;
  #target: Socket | null = null;
  #tunnel: ShapedTunnel | null = null;
  /** Lets whoever writes go on. */
  #writeDone: (() => void) | null = null;
  #loss: Loss | null = null;

  /** `plan` null: it hangs on the body. */
  constructor(owner: ShapedOwner, dial: Dial, plan: Plan | null) {
    super({ highWaterMark: MOST_QUEUED });
    this.#owner = owner;
    this.#dial = dial;
    const { clock, decide, note } = owner;
    this.#request = new ShapedRequest(plan, {
      ...{ clock, decide, note },
      decided: (decided, head) => this.#decided(decided, head),
      waits: () => owner.waits(this),
      asksForBody: () => void this.push(CONTINUE),
      cut: (how) => this.#outlet?.cut(how === 'reset' ? RESET : CUT),
      answer: (planned, request) => void madeAnswer(planned, request, owner.iso()).then((bytes) => this.#made(bytes)),
      pass: (bytes) => this.#pass(bytes),
      passOn: (bytes) => void this.#target?.write(bytes),
      drained: () => this.#acceptMore(),
    });
  }

  /** A rule cut it off: not the target's doing. */
  get loss(): Loss | null {
    return this.#loss;
  }

  /** Whether a rule keeps it waiting. */
  waitsFor(live: LiveRule): boolean {
    const plan = this.#plan;
    return plan !== null && (plan.hold === live || plan.delayedBy.includes(live) || plan.messages.includes(live));
  }

  /** Its rule is over: it goes on. */
  release(): void {
    this.#tunnel?.hurry();
    this.#outlet?.hurry();
    this.#request.hurry();
  }

  destroySoon(): void {
    this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Half a connection is a browser that leaves, as long as a rule keeps it waiting. */
  override end(): this {
    if (this.#request.isUndone) this.destroy();
    return super.end();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#writeDone = done;
    try {
      if (this.#tunnel === null) this.#request.take(chunk);
      else this.#tunnel.fromBrowser(chunk);
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#acceptMore();
  }

  override _final(done: () => void): void {
    this.#target?.end();
    done();
  }

  override _read(): void {
    if (this.#mayTakeMore()) this.#target?.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#request.end();
    this.#outlet?.end();
    this.#answer?.leave();
    this.#tunnel?.end();
    this.#target?.destroy();
    this.#owner.gone(this);
    done(error);
  }

  #failed(error: unknown): void {
    this.destroy(error instanceof Error ? error : undefined);
  }

  #decided(plan: Plan, head: RequestHead): void {
    const { clock, reordering, note, waits } = this.#owner;
    this.#plan = plan;
    if (plan.delayedBy.length > 0) waits(this);
    const outlet = new AnswerOutlet(plan, clock, {
      give: (bytes) => {
        if (!this.push(bytes)) this.#target?.pause();
      },
      drained: () => this._read(),
      finished: (loss) => this.#finished(loss),
    });
    this.#outlet = outlet;
    this.#answer = new ShapedAnswer(plan, head.method, outlet, {
      ...{ reordering, note },
      opened: () => this.#target?.resume(),
      switched: (answer, rest) => this.#openTunnel(plan, outlet, answer, rest),
      failed: (error) => this.#failed(error),
    });
  }

  #pass(bytes: readonly Buffer[]): void {
    const target = openTarget(this.#dial, this.#owner.clock, {
      connected: () => this.emit('connect'),
      received: (chunk) => this.#fromTarget(chunk),
      ended: () => this.#answer?.end(),
      lost: (why) => {
        if (this.#outlet?.isFinished !== true) this.destroy(why);
      },
      drained: () => this.#acceptMore(),
    });
    this.#target = target;
    for (const piece of bytes) target.write(piece);
  }

  #acceptMore(): void {
    const done = this.#writeDone;
    if (done === null || this.#request.isFull) return;
    if (this.#target?.writableNeedDrain === true || this.#tunnel?.isFullOfBrowser === true) return;
    this.#writeDone = null;
    done();
  }

  /** An answer of our own is one of the target to all that follows. */
  #made(bytes: Buffer): void {
    if (this.destroyed) return;
    this.emit('connect');
    this.#fromTarget(bytes);
    this.#answer?.end();
  }

  #fromTarget(chunk: Buffer): void {
    if (this.destroyed) return;
    if (this.#tunnel === null) this.#answer?.take(chunk);
    else this.#tunnel.fromTarget(chunk);
    if (!this.#mayTakeMore()) this.#target?.pause();
  }

  #mayTakeMore(): boolean {
    return (
      this.readableLength < this.readableHighWaterMark &&
      this.#outlet?.isFull !== true &&
      this.#tunnel?.isFullOfTarget !== true &&
      this.#answer?.isWaiting !== true
    );
  }

  #openTunnel(plan: Plan, outlet: AnswerOutlet, head: Buffer, rest: Buffer): void {
    const { clock, count, waits } = this.#owner;
    if (plan.messages.length > 0) waits(this);
    const tunnel = new ShapedTunnel(plan.messages, clock, {
      toBrowser: (bytes) => outlet.send(bytes, false),
      toTarget: (bytes) => void this.#target?.write(bytes),
      browserDrained: () => this.#acceptMore(),
      targetDrained: () => this._read(),
      cut: () => outlet.cut(CUT),
      count,
    });
    // Before its head goes out: what the browser sends upon that goes through it.
    this.#tunnel = tunnel;
    outlet.send(head, false);
    if (rest.length > 0) tunnel.fromTarget(rest);
  }

  /** A tunnel's target may end in its own time. */
  #finished(loss: Loss | null): void {
    this.#loss = loss;
    this.#answer?.leave();
    this.push(null);
    if (this.#tunnel === null || loss !== null) this.#target?.destroy();
  }
}
