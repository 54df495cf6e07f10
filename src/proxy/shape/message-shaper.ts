/**
 * One direction of a WebSocket on its way through rules: whole messages are dropped, delayed or made the last; their order stays.
 * Messages over 1 MiB pass as they come. What is no WebSocket passes too.
 */
import { frameHeadBytes, parseFrameHead } from '../websocket-observer.ts';
import type { Clock } from './clock.ts';
import { type LiveRule, messageActs } from './live-rule.ts';

const MOST_MESSAGE = 1_048_576;
/** Bytes that wait for their time. */
const MOST_WAITING = 1_048_576;
/** Of a payload, looked at for patterns. */
const MOST_LOOKED_AT = 65_536;
const CONTROL = 8;

export interface MessageOutlet {
  send(bytes: Buffer): void;
  /** The connection goes. */
  cut(): void;
  drained(): void;
  /** Of chaos. */
  count(what: 'latencyMs' | 'drops', n: number): void;
}

type Verdict = { readonly do: 'pass'; readonly delayMs: number } | { readonly do: 'drop' } | { readonly do: 'cut' };

export class MessageShaper {
  readonly #direction: 'in' | 'out';
  readonly #rules: readonly LiveRule[];
  readonly #clock: Clock;
  readonly #outlet: MessageOutlet;
  #input: Buffer = Buffer.alloc(0);
  /** Frames of the message that is coming, and its payload as far as it is looked at. */
  #frames: Buffer[] = [];
  #payload: Buffer[] = [];
  #bytes = 0;
  /** Bytes that pass unseen: of a message that is too long; for ever, when this is no WebSocket. */
  #passing = 0;
  #waiting: { readonly bytes: Buffer; readonly due: number }[] = [];
  #waitingBytes = 0;
  #timer: { cancel(): void } | null = null;
  #isOver = false;

  constructor(direction: 'in' | 'out', rules: readonly LiveRule[], clock: Clock, outlet: MessageOutlet) {
    this.#direction = direction;
    this.#rules = rules;
    this.#clock = clock;
    this.#outlet = outlet;
  }

  get isFull(): boolean {
    return this.#waitingBytes > MOST_WAITING;
  }

  feed(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
    while (!this.#isOver && this.#input.length > 0 && (this.#passing > 0 ? this.#pass() : this.#takeFrame()));
  }

  /** What waits is lost. */
  end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#waiting = [];
  }

  /** What a rule that is over holds back goes on at once. */
  hurry(): void {
    for (const { bytes } of this.#waiting.splice(0)) this.#outlet.send(bytes);
    this.#waitingBytes = 0;
    this.#timer?.cancel();
    this.#timer = null;
    this.#outlet.drained();
  }

  #pass(): boolean {
    const bytes = this.#input.subarray(0, this.#passing);
    this.#input = this.#input.subarray(bytes.length);
    this.#passing -= bytes.length;
    this.#queue(bytes, 0);
    return true;
  }

  /** False: the next frame is not whole yet. */
  #takeFrame(): boolean {
    const needed = frameHeadBytes(this.#input);
    if (needed === null || this.#input.length < needed) return false;
    const frame = parseFrameHead(this.#input.subarray(0, needed));
    if (frame === null || needed + frame.left + this.#bytes > MOST_MESSAGE) {
      this.#passFrames(frame === null ? Number.POSITIVE_INFINITY : needed + frame.left);
      return true;
    }
    const length = needed + frame.left;
    if (this.#input.length < length) return false;
    const bytes = this.#input.subarray(0, length);
    this.#input = this.#input.subarray(length);
    // A control frame may come between the frames of a message.
    if (frame.opcode >= CONTROL) this.#queue(bytes, 0);
    else this.#addFrame(bytes, unmasked(bytes.subarray(needed), frame.mask), frame.isFinal);
    return true;
  }

  #passFrames(length: number): void {
    for (const bytes of this.#frames.splice(0)) this.#queue(bytes, 0);
    this.#payload = [];
    this.#bytes = 0;
    this.#passing = length;
  }

  #addFrame(bytes: Buffer, payload: () => Buffer, isFinal: boolean): void {
    this.#frames.push(bytes);
    if (this.#bytes < MOST_LOOKED_AT) this.#payload.push(payload());
    this.#bytes += bytes.length;
    if (!isFinal) return;
    const verdict = this.#judge(() => Buffer.concat(this.#payload).toString('latin1', 0, MOST_LOOKED_AT));
    const message = Buffer.concat(this.#frames);
    this.#frames = [];
    this.#payload = [];
    this.#bytes = 0;
    if (verdict.do === 'pass') this.#queue(message, verdict.delayMs);
    else if (verdict.do === 'cut') {
      this.#isOver = true;
      this.#outlet.cut();
    }
  }

  #judge(text: () => string): Verdict {
    let delayMs = 0;
    for (const live of this.#rules) {
      if (live.isOver) continue;
      for (const act of messageActs(live)) {
        if (act.direction !== 'both' && act.direction !== this.#direction) continue;
        const pattern = live.messagePatterns[live.rule.acts.indexOf(act)] ?? null;
        if (pattern !== null && (pattern.matches(text())?.length ?? 0) === 0) continue;
        if (!live.happens(act.probability)) continue;
        const isChaos = live.rule.isChaos;
        if (isChaos) live.applies();
        if (act.verdict.do !== 'delay') {
          if (isChaos) this.#outlet.count('drops', 1);
          return act.verdict;
        }
        const ms = live.drawDelay(act.verdict);
        if (isChaos) this.#outlet.count('latencyMs', ms);
        delayMs += ms;
      }
    }
    return { do: 'pass', delayMs };
  }

  #queue(bytes: Buffer, delayMs: number): void {
    const now = this.#clock.millis();
    const last = this.#waiting.at(-1)?.due ?? 0;
    const due = Math.max(now + delayMs, last);
    if (this.#waiting.length === 0 && due <= now) {
      this.#outlet.send(bytes);
      return;
    }
    this.#waiting.push({ bytes, due });
    this.#waitingBytes += bytes.length;
    this.#schedule();
  }

  #schedule(): void {
    const [first] = this.#waiting;
    if (this.#timer !== null || first === undefined) return;
    this.#timer = this.#clock.after(Math.max(1, Math.ceil(first.due - this.#clock.millis())), () => this.#release());
  }

  #release(): void {
    this.#timer = null;
    const wasFull = this.isFull;
    const now = this.#clock.millis();
    for (let [first] = this.#waiting; first !== undefined && first.due <= now; [first] = this.#waiting) {
      this.#waiting.shift();
      this.#waitingBytes -= first.bytes.length;
      this.#outlet.send(first.bytes);
    }
    if (wasFull && !this.isFull) this.#outlet.drained();
    this.#schedule();
  }
}

/** A copy, made when it is asked for. */
const unmasked = (payload: Buffer, mask: Buffer | null) => (): Buffer => {
  const copy = Buffer.from(payload.subarray(0, MOST_LOOKED_AT));
  if (mask !== null) for (let at = 0; at < copy.length; at++) copy[at] = (copy[at] ?? 0) ^ (mask[at & 3] ?? 0);
  return copy;
};
