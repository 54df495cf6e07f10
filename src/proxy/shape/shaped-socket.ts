/**
 * Stands where the connection to the target would be, for one exchange that rules touch: reads the request, waits, answers or asks
 * the target, and lets the answer through its rules. To the engine it is a target like any other, so that framing, back-pressure,
 * time-outs, the order of answers, documents and the log are the engine's own; when its browser leaves, it is destroyed, and all ends.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Dial } from '../dial.ts';
import { Http1Reader, type RequestHead } from '../http1.ts';
import { CUT, type Loss, RESET } from '../upstream.ts';
import { AnswerShaper } from './answer-shaper.ts';
import type { Clock } from './clock.ts';
import type { LiveRule } from './live-rule.ts';
import { madeAnswer } from './made-answer.ts';
import { MessageShaper } from './message-shaper.ts';
import { Pacer } from './pacer.ts';
import { newPlan, type Plan } from './plan.ts';
import type { Reordering, ReorderPlace } from './reordering.ts';
import { requestBytes, wantsRequestBody } from './shaped-request.ts';

/** The rules' side of it. */
export interface ShapedOwner {
  readonly clock: Clock;
  /** ISO 8601. */
  iso(): string;
  /** Once the body is there; null: nothing touches it after all. */
  decide(body: string | null): Plan | null;
  reordering(plan: NonNullable<Plan['reorder']>): Reordering;
  /** It waits for its time, or for a rule's end. */
  waits(socket: ShapedSocket): void;
  gone(socket: ShapedSocket): void;
  note(words: string): void;
  count(what: 'latencyMs' | 'drops', n: number): void;
}

/** Request bytes that wait; of a body that rules look into, or change. */
const MOST_QUEUED = 65_536;
const MOST_LOOKED_AT = 65_536;
const MOST_CHANGED = 1_048_576;
const CONNECT_MS = 10_000;
const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');

type Stage =
  /** The body decides what happens. */
  | 'deciding'
  | 'waiting'
  /** The request has to be whole before it is answered, or changed. */
  | 'answering'
  | 'changing'
  | 'passing'
  | 'tunnel'
  | 'over';

export class ShapedSocket extends Duplex {
  readonly #owner: ShapedOwner;
  readonly #dial: Dial;
  readonly #requests = new Http1Reader('request');
  readonly #answers = new Http1Reader('response');
  #stage: Stage = 'waiting';
  #plan: Plan;
  #isDecided: boolean;
  #head: RequestHead | null = null;
  #isRequestWhole = false;
  /** Of the request, not passed on yet. */
  #queue: Buffer[] = [];
  #payload: Buffer[] = [];
  #bodyBytes = 0;
  #writeDone: (() => void) | null = null;
  #timer: { cancel(): void } | null = null;
  #inner: Socket | null = null;
  #isConnected = false;
  #shaper: AnswerShaper | null = null;
  #pacer: Pacer | null = null;
  #place: ReorderPlace | null = null;
  /** What has come of an answer that waits for others. */
  #early: Buffer[] | null = null;
  #hasInnerEnded = false;
  #lateLast: Buffer | null = null;
  #lateTimer: { cancel(): void } | null = null;
  #messages: { readonly fromBrowser: MessageShaper; readonly fromTarget: MessageShaper } | null = null;
  #loss: Loss | null = null;
  #isFinished = false;

  /** `plan` undefined: it hangs on the body. */
  constructor(owner: ShapedOwner, dial: Dial, plan: Plan | undefined) {
    super({ highWaterMark: MOST_QUEUED });
    this.#owner = owner;
    this.#dial = dial;
    this.#plan = plan ?? newPlan();
    this.#isDecided = plan !== undefined;
  }

  /** A rule cut it off: not the target's doing. */
  get loss(): Loss | null {
    return this.#loss;
  }

  /** Whether a rule keeps it waiting. */
  waitsFor(live: LiveRule): boolean {
    const { hold, delayedBy, messages } = this.#plan;
    return hold === live || delayedBy.includes(live) || messages.includes(live);
  }

  /** Its rule is over: it goes on. */
  release(): void {
    this.#messages?.fromBrowser.hurry();
    this.#messages?.fromTarget.hurry();
    this.#pacer?.hurry();
    this.#sendLast();
    if (this.#stage !== 'waiting' || this.#timer === null) return;
    this.#timer.cancel();
    this.#goOn();
  }

  destroySoon(): void {
    this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Half a connection is a browser that leaves, as long as a rule keeps it waiting. */
  override end(): this {
    if (this.#stage === 'waiting' || this.#stage === 'deciding') this.destroy();
    return super.end();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#writeDone = done;
    try {
      this.#readRequest(chunk);
    } catch (error) {
      this.destroy(error instanceof Error ? error : undefined);
      return;
    }
    this.#acceptMore();
  }

  override _final(done: () => void): void {
    this.#inner?.end();
    done();
  }

  override _read(): void {
    if (this.#mayTakeMore()) this.#inner?.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#stage = 'over';
    this.#timer?.cancel();
    this.#lateTimer?.cancel();
    this.#pacer?.end();
    this.#place?.leave();
    this.#messages?.fromBrowser.end();
    this.#messages?.fromTarget.end();
    this.#inner?.destroy();
    this.#owner.gone(this);
    done(error);
  }

  // The request.

  #readRequest(chunk: Buffer): void {
    if (this.#stage === 'over') return;
    if (this.#stage === 'tunnel') {
      if (this.#messages === null) this.#inner?.write(chunk);
      else this.#messages.fromBrowser.feed(chunk);
      return;
    }
    this.#requests.push(chunk);
    for (let event = this.#requests.next(); event !== null; event = this.#requests.next()) {
      if (event.kind === 'request') this.#begin(event);
      else if (event.kind === 'body') this.#takeBody(event.raw, event.payload);
      else if (event.kind === 'end') this.#requestEnded();
    }
  }

  #begin(head: RequestHead): void {
    this.#head = head;
    if (this.#isDecided) this.#wait();
    else {
      this.#stage = 'deciding';
      this.#askForBody();
    }
  }

  #takeBody(raw: Buffer, payload: readonly Buffer[]): void {
    if (this.#stage === 'passing') {
      this.#inner?.write(raw);
      return;
    }
    this.#bodyBytes += raw.length;
    // Only an answer of our own needs no more than its beginning.
    if (this.#stage !== 'answering') this.#queue.push(raw);
    if (this.#bodyBytes - raw.length < MOST_LOOKED_AT || this.#stage === 'changing' || this.#stage === 'waiting')
      this.#payload.push(...payload);
    if (this.#stage === 'deciding' && this.#bodyBytes >= MOST_LOOKED_AT) this.#decide();
    else if (this.#stage === 'changing' && this.#bodyBytes > MOST_CHANGED) this.#passTooLong();
  }

  #passTooLong(): void {
    this.#owner.note('the request is too long to be changed');
    this.#pass(false);
  }

  #requestEnded(): void {
    this.#isRequestWhole = true;
    if (this.#stage === 'deciding') this.#decide();
    else if (this.#stage === 'answering') this.#giveAnswer();
    else if (this.#stage === 'changing') this.#pass(true);
  }

  #askForBody(): void {
    if (this.#head?.expectContinue === true && !this.#isRequestWhole) this.push(CONTINUE);
  }

  #decide(): void {
    this.#isDecided = true;
    const body = Buffer.concat(this.#payload).toString('latin1', 0, MOST_LOOKED_AT);
    this.#plan = this.#owner.decide(body) ?? newPlan();
    this.#wait();
  }

  /** Who writes goes on when there is room. */
  #acceptMore(): void {
    const done = this.#writeDone;
    if (done === null) return;
    const isFull = this.#stage === 'waiting' && this.#bodyBytes > MOST_QUEUED;
    if (isFull || this.#inner?.writableNeedDrain === true || this.#messages?.fromBrowser.isFull === true) return;
    this.#writeDone = null;
    done();
  }

  // Waiting, then what is to be done.

  #wait(): void {
    this.#stage = 'waiting';
    const { delayMs, hold, delayedBy } = this.#plan;
    if (delayedBy.length > 0) this.#owner.waits(this);
    if (delayMs === 0 && hold === null) {
      this.#goOn();
      return;
    }
    this.#owner.waits(this);
    this.#timer = this.#owner.clock.after(delayMs, () => {
      if (hold === null) this.#goOn();
      else this.#timer = { cancel() {} };
    });
  }

  #goOn(): void {
    this.#timer = null;
    const plan = this.#plan;
    if (plan.cut !== null) this.#cut(plan.cut === 'reset' ? RESET : CUT);
    else if (plan.answer !== null) {
      this.#stage = 'answering';
      this.#askForBody();
      if (this.#isRequestWhole) this.#giveAnswer();
    } else if (wantsRequestBody(plan) && !this.#isRequestWhole) {
      this.#stage = 'changing';
      this.#askForBody();
    } else this.#pass(true);
    this.#acceptMore();
  }

  /** `isWhole`: the body can be changed. */
  #pass(isWhole: boolean): void {
    const head = this.#head;
    if (head === null) return;
    this.#stage = 'passing';
    const body = isWhole && this.#isRequestWhole ? Buffer.concat(this.#payload) : null;
    const changed = requestBytes(head, this.#plan, body, (words) => this.#owner.note(words));
    const inner = this.#connect();
    inner.write(changed?.head ?? head.raw);
    if (changed?.body != null) inner.write(changed.body);
    else for (const bytes of this.#queue) inner.write(bytes);
    this.#queue = [];
    this.#payload = [];
    this.#acceptMore();
  }

  #connect(): Socket {
    const { socket, ready } = this.#dial((chunk) => this.#fromTarget(chunk));
    this.#inner = socket;
    let loss: NodeJS.ErrnoException | null = null;
    const deadline = this.#owner.clock.after(CONNECT_MS, () => {
      socket.destroy(Object.assign(new Error(`no connection within ${CONNECT_MS / 1_000} s`), { code: 'ETIMEDOUT' }));
    });
    socket.on(ready, () => {
      deadline.cancel();
      this.#connected();
    });
    socket.on('drain', () => this.#acceptMore());
    socket.on('end', () => this.#targetEnded());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      loss = error;
    });
    socket.on('close', () => {
      deadline.cancel();
      if (!this.#isFinished && !this.#hasInnerEnded && this.#stage !== 'over')
        this.destroy(loss ?? Object.assign(new Error('the target closed the connection'), { code: 'ECLOSED' }));
    });
    return socket;
  }

  /** The engine hears of a connection once there is one, or an answer without. */
  #connected(): void {
    if (this.#isConnected) return;
    this.#isConnected = true;
    this.emit('connect');
  }

  // The answer.

  #giveAnswer(): void {
    const { answer } = this.#plan;
    const head = this.#head;
    if (answer === null || head === null) return;
    const { by, status } = answer;
    const facts = {
      method: head.method,
      target: head.target,
      fields: head.fields,
      body: Buffer.concat(this.#payload).toString('utf8', 0, MOST_LOOKED_AT),
      count: by.applied,
      iso: this.#owner.iso(),
      random: answer.answer.body.kind === 'template' ? by.draw() : 0,
    };
    void madeAnswer(status, answer.answer, by.rule.id, facts).then((bytes) => {
      if (this.destroyed) return;
      this.#connected();
      this.#fromTarget(bytes);
      this.#targetEnded();
    });
  }

  #fromTarget(chunk: Buffer): void {
    if (this.#stage === 'over') return;
    if (this.#stage === 'tunnel') {
      if (this.#messages === null) this.#send(chunk, false);
      else this.#messages.fromTarget.feed(chunk);
      if (!this.#mayTakeMore()) this.#inner?.pause();
      return;
    }
    if (this.#waitsForOthers()) {
      this.#early?.push(chunk);
      this.#inner?.pause();
      return;
    }
    this.#answers.push(chunk);
    this.#readAnswer();
  }

  /** The first time, takes its place among them. */
  #waitsForOthers(): boolean {
    const { reorder } = this.#plan;
    if (reorder === null) return false;
    if (this.#place !== null) return this.#early !== null;
    this.#early = [];
    this.#place = this.#owner.reordering(reorder).join(() => this.#openEarly());
    return this.#early !== null;
  }

  #openEarly(): void {
    const early = this.#early ?? [];
    this.#early = null;
    for (const chunk of early) this.#fromTarget(chunk);
    if (this.#hasInnerEnded) this.#endOfAnswer();
    this.#inner?.resume();
  }

  #readAnswer(): void {
    const plan = this.#plan;
    const method = this.#head?.method ?? 'GET';
    this.#shaper ??= new AnswerShaper(plan, method, {
      send: (bytes, isBody) => this.#send(bytes, isBody),
      end: () => this.#finish(null),
      cut: () => this.#cut(CUT),
      note: (words) => this.#owner.note(words),
    });
    try {
      for (let event = this.#answers.next(method); event !== null; event = this.#answers.next(method)) {
        if (event.kind === 'response' && event.status === 101) {
          this.#openTunnel(event.raw, plan);
          return;
        }
        if (event.kind === 'response' && event.status < 200) this.#send(event.raw, false);
        else if (event.kind === 'response') this.#shaper.head(event);
        else if (event.kind === 'body') this.#shaper.body(event);
        else if (event.kind === 'end') {
          this.#shaper.end();
          return;
        }
      }
    } catch (error) {
      this.destroy(error instanceof Error ? error : undefined);
    }
  }

  #targetEnded(): void {
    this.#hasInnerEnded = true;
    if (this.#early === null) this.#endOfAnswer();
  }

  #endOfAnswer(): void {
    if (this.#stage !== 'tunnel' && !this.#isFinished) {
      this.#answers.finish();
      this.#readAnswer();
    }
    this.#finish(null);
  }

  #openTunnel(head: Buffer, plan: Plan): void {
    this.#stage = 'tunnel';
    this.#send(head, false);
    if (plan.messages.length > 0) this.#shapeMessages(plan.messages);
    const rest = this.#answers.rest();
    if (rest.length > 0) this.#fromTarget(rest);
  }

  #shapeMessages(rules: readonly LiveRule[]): void {
    const owner = this.#owner;
    const shaper = (direction: 'in' | 'out', send: (bytes: Buffer) => void, drained: () => void) =>
      new MessageShaper(direction, rules, owner.clock, {
        send,
        drained,
        cut: () => this.#cut(CUT),
        count: (what, n) => owner.count(what, n),
      });
    owner.waits(this);
    const toTarget = (bytes: Buffer) => void this.#inner?.write(bytes);
    const toBrowser = (bytes: Buffer) => this.#send(bytes, false);
    this.#messages = {
      fromBrowser: shaper('out', toTarget, () => this.#acceptMore()),
      fromTarget: shaper('in', toBrowser, () => this._read()),
    };
  }

  // To the browser's side.

  #send(bytes: Buffer, isBody: boolean): void {
    if (this.#isFinished) return;
    const { pace, lateEndMs } = this.#plan;
    let now: Buffer = bytes;
    if (isBody && lateEndMs > 0) {
      // The last byte comes late: without it no browser takes the answer for whole.
      const held = this.#lateLast;
      this.#lateLast = Buffer.from(bytes.subarray(-1));
      now = held === null ? bytes.subarray(0, -1) : Buffer.concat([held, bytes.subarray(0, -1)]);
    }
    if (now.length === 0) return;
    if (pace === null || !isBody) this.#give(now);
    else {
      this.#pacer ??= new Pacer(
        pace,
        this.#owner.clock,
        (piece) => this.#give(piece),
        () => this._read(),
      );
      this.#pacer.add(now);
    }
    if (!this.#mayTakeMore()) this.#inner?.pause();
  }

  #give(bytes: Buffer): void {
    if (!this.push(bytes)) this.#inner?.pause();
  }

  #mayTakeMore(): boolean {
    return (
      this.readableLength < this.readableHighWaterMark &&
      this.#pacer?.isFull !== true &&
      this.#messages?.fromTarget.isFull !== true &&
      this.#early === null
    );
  }

  #cut(code: string): void {
    this.#finish({ code, message: 'a rule cut the connection' });
  }

  /** The last byte, if all but it has been sent. */
  #sendLast(): void {
    const last = this.#lateLast;
    if (this.#lateTimer === null || last === null) return;
    this.#lateTimer.cancel();
    this.#lateLast = null;
    this.#give(last);
    this.#finish(null);
  }

  /** Nothing more is sent; the first end wins. */
  #finish(loss: Loss | null): void {
    if (this.#isFinished) return;
    if (this.#lateLast !== null && loss === null) {
      this.#lateTimer ??= this.#owner.clock.after(this.#plan.lateEndMs, () => this.#sendLast());
      return;
    }
    this.#isFinished = true;
    this.#loss = loss;
    const end = () => {
      this.#place?.leave();
      this.push(null);
      if (this.#stage !== 'tunnel' || loss !== null) this.#inner?.destroy();
    };
    if (this.#pacer === null) end();
    else this.#pacer.whenEmpty(end);
  }
}
