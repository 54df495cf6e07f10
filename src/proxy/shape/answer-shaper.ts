/** An answer on its way through its rules: events of the reader in, bytes for the browser's side out. No I/O, no clock. */
import { STATUS_CODES } from 'node:http';
import { type Fields, field } from '../fields.ts';
import type { BodyPart, ResponseHead } from '../http1.ts';
import { isEventStream } from '../live-exchange.ts';
import { bitFlipper, bombFields, corruptJson } from './damage.ts';
import { editedFields, headBytes, unframed } from './edited-fields.ts';
import { applyPatch } from './json-patch.ts';
import type { Plan } from './plan.ts';

export interface AnswerSink {
  send(bytes: Buffer, isBody: boolean): void;
  /** All has been sent. */
  end(): void;
  /** The connection goes, after what has been sent. */
  cut(): void;
  /** Why a rule could not do what it says. */
  note(words: string): void;
}

/** Of a body that has to be had whole, or measured. */
const MOST_HELD = 1_048_576;
const BODILESS = new Set([204, 205, 304]);

type Mode =
  /** As it was framed. */
  | 'pass'
  /** Held until it is whole. */
  | 'whole'
  /** Held until its length is known. */
  | 'measure'
  | 'partial'
  /** Nothing more of it is wanted. */
  | 'drop';

export class AnswerShaper {
  readonly #plan: Plan;
  readonly #method: string;
  readonly #sink: AnswerSink;
  readonly #flip: ((bytes: Uint8Array) => void) | null;
  #mode: Mode = 'pass';
  #head: ResponseHead | null = null;
  #status = 200;
  #fields: Fields = [];
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Of a part: bytes still to be sent; chunk lines go around them. */
  #left = 0;
  #isChunked = false;

  constructor(plan: Plan, method: string, sink: AnswerSink) {
    this.#plan = plan;
    this.#method = method;
    this.#sink = sink;
    const { flip } = plan;
    this.#flip = flip === null ? null : bitFlipper(() => flip.draw());
  }

  /** A final head. */
  head(response: ResponseHead): void {
    this.#head = response;
    this.#status = this.#plan.response.reduce((status, edit) => edit.status ?? status, response.status);
    this.#fields = this.#editedFields(response);
    const hasBody = response.framing !== 0;
    if (BODILESS.has(this.#status)) this.#open('drop', unframed(this.#fields));
    else if (!hasBody || isEventStream(response)) this.#open('pass', this.#bodilessFields(response));
    else if (this.#wantsWhole(response)) this.#mode = 'whole';
    else if (this.#plan.partial === null) this.#open('pass', this.#fields);
    else if (typeof response.framing === 'number') this.#beginPart(response.framing);
    else this.#mode = 'measure';
  }

  body({ raw, payload }: BodyPart): void {
    if (this.#flip !== null) for (const piece of payload) this.#flip(piece);
    if (this.#mode === 'pass') this.#sink.send(raw, true);
    else if (this.#mode === 'partial') for (const piece of payload) this.#sendPart(piece);
    else if (this.#mode !== 'drop') this.#hold(payload);
  }

  end(): void {
    if (this.#mode === 'whole') this.#transform();
    else if (this.#mode === 'measure') this.#giveHeld(this.#heldBytes);
    if (this.#mode === 'partial' && this.#isChunked) this.#sink.send(LAST_CHUNK, true);
    this.#sink.end();
  }

  #editedFields({ fields }: ResponseHead): string[] {
    const edited = this.#plan.response.reduce<Fields>((so, { edits }) => editedFields(so, edits.fields), fields);
    const marked = this.#plan.isInjected ? editedFields(edited, [['x-chaos-injected', null]]) : [...edited];
    if (this.#plan.isInjected) marked.push('X-Chaos-Injected', 'true');
    return this.#plan.isBomb ? [...marked, ...bombFields(marked)] : marked;
  }

  /** An answer that had no body and now is of a kind that has one: it is empty. */
  #bodilessFields({ status, framing }: ResponseHead): Fields {
    const isNowEmpty = BODILESS.has(status) && this.#method !== 'HEAD' && framing === 0;
    return isNowEmpty && this.#status !== status ? [...unframed(this.#fields), 'Content-Length', '0'] : this.#fields;
  }

  #wantsWhole({ fields }: ResponseHead): boolean {
    const { corrupt, response } = this.#plan;
    const wants = corrupt !== null || response.some(({ edits }) => edits.patch.length > 0);
    if (!wants) return false;
    const isJson = /\bjson\b/i.test(field(fields, 'content-type') ?? '');
    const isCoded = (field(fields, 'content-encoding') ?? 'identity') !== 'identity';
    if (!isJson) this.#sink.note('its body is no JSON');
    else if (isCoded) this.#sink.note('its body is encoded');
    return isJson && !isCoded;
  }

  #open(mode: Mode, fields: Fields): void {
    this.#mode = mode;
    const reason = this.#status === this.#head?.status ? this.#head.reason : (STATUS_CODES[this.#status] ?? '');
    this.#sink.send(headBytes(`HTTP/1.1 ${this.#status} ${reason}`, fields), false);
  }

  #hold(payload: readonly Buffer[]): void {
    for (const piece of payload) {
      this.#held.push(piece);
      this.#heldBytes += piece.length;
    }
    if (this.#heldBytes <= MOST_HELD) return;
    if (this.#mode === 'whole') this.#sink.note(`its body has more than ${MOST_HELD} bytes`);
    this.#giveHeld(null);
  }

  /** `total`: of the body; null: more is still to come. */
  #giveHeld(total: number | null): void {
    const held = this.#held.splice(0);
    if (this.#plan.partial !== null) this.#beginPart(total ?? this.#heldBytes, total === null);
    else this.#beginWhole(total);
    for (const piece of held) this.#sendPart(piece);
  }

  #beginWhole(total: number | null): void {
    this.#isChunked = total === null;
    this.#left = total ?? Number.POSITIVE_INFINITY;
    this.#open('partial', [...unframed(this.#fields), ...lengthFields(total)]);
  }

  #transform(): void {
    const bytes = this.#transformed(Buffer.concat(this.#held));
    this.#held = [bytes];
    this.#heldBytes = bytes.length;
    this.#giveHeld(bytes.length);
  }

  #transformed(bytes: Buffer): Buffer {
    const { corrupt, response } = this.#plan;
    let text = bytes.toString('utf8');
    for (const { edits } of response) if (edits.patch.length > 0) text = this.#patched(text, edits.patch);
    if (corrupt !== null) text = corruptJson(text, () => corrupt.draw());
    return Buffer.from(text, 'utf8');
  }

  #patched(text: string, operations: Parameters<typeof applyPatch>[1]): string {
    try {
      const patched = applyPatch(JSON.parse(text), operations);
      if (patched.kind === 'patched') return JSON.stringify(patched.value);
      this.#sink.note(patched.why);
    } catch (error) {
      this.#sink.note(`its body cannot be patched: ${error instanceof Error ? error.message.slice(0, 100) : ''}`);
    }
    return text;
  }

  /** `isLonger`: than can be told. */
  #beginPart(total: number, isLonger = false): void {
    const { partial } = this.#plan;
    if (partial === null) return;
    const { end, part } = partial;
    const most = 'percent' in part ? Math.floor(total * part.percent) : part.bytes;
    // More than there is: then it ends as it would.
    this.#left = most;
    const promised = isLonger ? total + 1 : total;
    const framed = typeof this.#head?.framing === 'number' && this.#heldBytes === 0;
    this.#isChunked = end === 'abort' || (end === 'drop' && !framed);
    const length = end === 'whole' ? Math.min(most, total) : this.#isChunked ? null : promised;
    this.#open('partial', [...unframed(this.#fields), ...lengthFields(length)]);
    if (this.#left === 0 && total > 0) this.#concludePart(end);
  }

  #sendPart(piece: Buffer): void {
    if (this.#mode !== 'partial') return;
    const bytes = piece.length <= this.#left ? piece : piece.subarray(0, this.#left);
    this.#left -= bytes.length;
    if (bytes.length > 0) this.#sink.send(this.#isChunked ? chunk(bytes) : bytes, true);
    const { partial } = this.#plan;
    if (this.#left === 0 && partial !== null) this.#concludePart(partial.end);
  }

  #concludePart(end: 'whole' | 'close' | 'abort' | 'drop'): void {
    this.#mode = 'drop';
    if (end === 'whole') this.#sink.end();
    else this.#sink.cut();
  }
}

const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
const lengthFields = (length: number | null): string[] =>
  length === null ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(length)];
