/** The request of an exchange that rules touch, as it comes: kept for as long as they have not said what becomes of it. */
import { type BodyPart, type Http1Event, Http1Reader, type RequestHead } from '../http1.ts';

/** Bytes of a body: that wait; that rules look into; that rules can change. */
export const MOST_QUEUED = 65_536;
const MOST_LOOKED_AT = 65_536;
const MOST_CHANGED = 1_048_576;

export class ArrivingRequest {
  readonly #reader = new Http1Reader('request');
  #head: RequestHead | null = null;
  #isWhole = false;
  /** Not passed on yet: as it was framed, and without its chunk lines. */
  #raw: Buffer[] = [];
  #payload: Buffer[] = [];
  #bytes = 0;

  get head(): RequestHead | null {
    return this.#head;
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** The browser asks before it sends the body (RFC 9110 10.1.1), and has not been answered. */
  get isToBeAskedFor(): boolean {
    return this.#head?.expectContinue === true && !this.#isWhole;
  }

  /** As much of its body is here as anybody looks into. */
  get isLookedAt(): boolean {
    return this.#bytes >= MOST_LOOKED_AT;
  }

  /** No more of it may wait. */
  get isFull(): boolean {
    return this.#bytes > MOST_QUEUED;
  }

  get isTooLongToChange(): boolean {
    return this.#bytes > MOST_CHANGED;
  }

  push(chunk: Buffer): void {
    this.#reader.push(chunk);
  }

  /** As Http1Reader's. */
  next(): Http1Event | null {
    const event = this.#reader.next();
    if (event?.kind === 'request') this.#head = event;
    else if (event?.kind === 'end') this.#isWhole = true;
    return event;
  }

  /** Of a part that is not passed on at once. */
  keep({ raw, payload }: BodyPart): void {
    this.#raw.push(raw);
    this.#payload.push(...payload);
    this.#bytes += raw.length;
  }

  /** As keep(), when nothing but the beginning will be wanted. */
  keepBeginning({ raw, payload }: BodyPart): void {
    if (!this.isLookedAt) this.#payload.push(...payload);
    this.#bytes += raw.length;
  }

  beginning(): Buffer {
    return Buffer.concat(this.#payload).subarray(0, MOST_LOOKED_AT);
  }

  /** All of it; null: it is not whole. */
  body(): Buffer | null {
    return this.#isWhole ? Buffer.concat(this.#payload) : null;
  }

  /** What has been kept, as it came; from then on it is not kept any more. */
  take(): readonly Buffer[] {
    this.#payload = [];
    return this.#raw.splice(0);
  }
}
