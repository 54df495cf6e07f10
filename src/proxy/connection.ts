/**
 * The browser's half of a browser connection: reads requests, lets them in or refuses them, and waits for no one too long. The
 * order of requests is the order of answers, since the next request is read only after the answer to the one before.
 */
import type { Socket } from 'node:net';
import type { AcceptedSocket } from './accepted-socket.ts';
import { KnownHost, refusalOf } from './admission.ts';
import type { BrowserSide } from './browser-side.ts';
import { ConnectionTimes } from './connection-times.ts';
import { answerDevtool, healthReply, isDevtoolPath, reportReply } from './devtool-paths.ts';
import { Http1Error, type Http1Event, Http1Reader, type RequestHead } from './http1.ts';
import type { ConnectionLimits } from './limits.ts';
import { Outbox, type Part } from './outbox.ts';
import { overdue, type Wait } from './patience.ts';
import { isTlsHello, type LoggedHead, refusedHead, tlsRefusal } from './refused-head.ts';
import { type Refusal, type Reply, refusalReply, replyBytes } from './reply.ts';
import type { PageDoor, Surroundings } from './surroundings.ts';
import { TargetSide } from './target-side.ts';

/** How dear a connection is when there are too many: the least comes first. */
export type Worth = 'idle' | 'head' | 'busy';

export class Connection implements BrowserSide {
  readonly peer: string;
  isEnded = false;
  readonly #accepted: AcceptedSocket;
  readonly #socket: Socket;
  readonly #number: number;
  readonly #around: Surroundings;
  readonly #limits: ConnectionLimits;
  readonly #requests = new Http1Reader('request');
  readonly #host = new KnownHost();
  readonly #out: Outbox;
  readonly #target: TargetSide;
  readonly #listeners = {
    end: () => this.#ended(),
    // What an error means, the close that follows it says.
    error: () => {},
    close: () => {
      this.#isLingering = true;
      this.#target.browserClosed();
    },
  };
  #isHandedOver = false;
  /** A probe is under way for a reply of ours. */
  #isProbing = false;
  /** A page's body, as far as it has come. */
  #posted: { readonly head: RequestHead; readonly door: PageDoor; readonly parts: Buffer[] } | null = null;
  #isLingering = false;
  #isInHead = false;
  /** Bytes taken while their turn had not come. */
  #ahead = 0;
  readonly #times: ConnectionTimes;

  constructor(accepted: AcceptedSocket, number: number, around: Surroundings, limits: ConnectionLimits) {
    const { socket } = accepted;
    this.#accepted = accepted;
    this.#socket = socket;
    this.#number = number;
    this.peer = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    this.#around = around;
    this.#limits = limits;
    this.#times = new ConnectionTimes(around.now);
    this.#out = new Outbox(socket, () => this.#drained());
    this.#target = new TargetSide(around, this);
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener);
    accepted.take = (chunk) => this.#received(chunk);
  }

  get worth(): Worth {
    const { state, isTunnel } = this.#target;
    if (state !== null || isTunnel || this.#isProbing || this.#isHandedOver) return 'busy';
    return this.#isInHead ? 'head' : 'idle';
  }

  /** Seconds for which it has been what its worth says. */
  get age(): number {
    return this.#around.now - this.#times.since;
  }

  get blocked(): boolean {
    return this.#out.blocked;
  }

  /** Once a second: what has taken too long. */
  tick(): void {
    this.#times.look(this.#socket.writableLength, this.#around.now);
    const waits = this.#waits();
    const verdict = waits === null ? null : overdue(waits.phase, this.#around.now - waits.since, this.#limits);
    if (verdict === null) return;
    if (verdict.kind === 'destroy') this.#socket.destroy();
    else if (verdict.kind === 'close') this.linger();
    else if (verdict.kind === 'unreachable') this.#target.dialledTooLong(verdict.message);
    else this.#bad({ status: 408, code: 'too_slow', message: verdict.message }, true);
  }

  /** At once, whatever is under way. */
  destroy(): void {
    this.#socket.destroy();
  }

  add(part: Part): void {
    this.#out.add(part);
  }

  settle(): void {
    this.#flush();
    this.#adjust();
  }

  next(): void {
    if (this.#target.state === null) this.#times.since = this.#around.now;
    if (this.#mayRead()) this.#read();
    this.#adjust();
  }

  refuse(refusal: Refusal, head: RequestHead | null, last: boolean): void {
    this.#reply(refusalReply(refusal, head, refusal.status === 502 || refusal.status === 504), head, last);
  }

  /** Closing at once could cost the browser the answer: what it still sends would reset the connection (RFC 9112 9.6). */
  linger(): void {
    this.#flush();
    this.#isLingering = true;
    this.#times.since = this.#around.now;
    this.#target.drop();
    this.#socket.resume();
    this.#socket.end();
  }

  cut(reset: boolean): void {
    this.#flush();
    this.#isLingering = true;
    if (reset) this.#socket.resetAndDestroy();
    else this.#socket.destroySoon();
  }

  endTunnel(): void {
    this.#socket.end();
  }

  closeTunnel(): void {
    this.#socket.destroySoon();
  }

  rest(): Buffer {
    this.#ahead = 0;
    return this.#requests.rest();
  }

  /** What it waits for, and since when; null: for the target, which may take its time. */
  #waits(): Wait | null {
    if (this.#isHandedOver) return null;
    const times = this.#times;
    if (this.#isLingering) return times.lingering();
    if (this.isEnded) return { phase: 'deserted', since: Math.max(times.heardAt, this.#target.heardAt) };
    const { dialledAt } = this.#target;
    if (dialledAt !== null) return { phase: 'dialling', since: dialledAt };
    const { worth } = this;
    if (worth !== 'busy') return { phase: worth, since: times.since };
    return this.#target.isOwedBody && !this.#socket.isPaused() ? { phase: 'body', since: times.heardAt } : null;
  }

  #received(chunk: Buffer): void {
    this.#around.count('bytesReceived', chunk.length);
    this.#times.heardAt = this.#around.now;
    if (this.#isLingering) return;
    if (this.#target.isTunnel) {
      this.#target.passOn(chunk);
      this.settle();
      return;
    }
    this.#requests.push(chunk);
    this.#around.tap.hold();
    if (this.#mayRead()) this.#read();
    else this.#ahead += chunk.length;
    this.#around.tap.release();
    this.#adjust();
  }

  /** Whether the next bytes of the browser are wanted now. */
  #mayRead(): boolean {
    if (this.#isLingering || this.#isProbing || this.#isHandedOver) return false;
    if (this.#target.isTunnel || this.#out.blocked) return false;
    const { state } = this.#target;
    return state === null || state === 'asking' || state === 'answering_early' || state === 'answered_early';
  }

  #read(): void {
    this.#ahead = 0;
    try {
      while (this.#mayRead()) {
        const event = this.#requests.next();
        if (event === null) break;
        if (event.kind === 'request') this.#begin(event);
        else if (this.#posted !== null) this.#takePosted(event);
        else if (event.kind === 'body') this.#target.send(event);
        else if (event.kind === 'end') this.#target.requestEnded();
      }
    } catch (error) {
      if (!(error instanceof Http1Error)) throw error;
      this.#bad({ status: error.status, code: error.code, message: error.message }, true);
    }
    this.#noteHead();
    this.#flush();
    if (this.isEnded && this.#target.state === null && this.#mayRead()) this.linger();
  }

  #noteHead(): void {
    if (this.#isInHead || this.#target.state !== null || this.#requests.buffered === 0) return;
    this.#isInHead = true;
    this.#times.since = this.#around.now;
  }

  #begin(head: RequestHead): void {
    const around = this.#around;
    this.#isInHead = false;
    const refusal = refusalOf(head, around.route, this.#host);
    if (refusal === null && isDevtoolPath(head.target)) {
      this.#answerDevtool(head);
      return;
    }
    if (refusal !== null) {
      this.#noteRefused(head, refusal);
      this.refuse(refusal, head, false);
      return;
    }
    around.count('totalRequests', 1);
    this.#target.begin(around.tap.began(head, this.#number), head);
  }

  #noteRefused(head: LoggedHead, refusal: Refusal): void {
    this.#around.count('totalRequests', 1);
    this.#around.tap.began(head, this.#number).ended('refused', refusal.message, '', refusal.status);
  }

  /** Of a request that will never be whole. */
  #bad(refusal: Refusal, last: boolean): void {
    if (this.#target.state !== null) {
      this.#target.requestBad(refusal);
      return;
    }
    // What a page posts to us is no traffic.
    if (this.#posted !== null) {
      this.refuse(refusal, null, last);
      return;
    }
    const bytes = this.#requests.rest();
    const known = isTlsHello(bytes) ? tlsRefusal(this.#around.route.own.port) : refusal;
    this.#noteRefused(refusedHead(bytes), known);
    this.refuse(known, null, last);
  }

  #ended(): void {
    this.isEnded = true;
    if (this.#isLingering) return;
    const { state, isTunnel } = this.#target;
    if (isTunnel || state === 'waiting' || state === 'answering') {
      // What came before its turn is still to be answered.
      if (this.#ahead === 0) this.#target.browserEnded();
    } else if (state !== null) this.#socket.destroy();
    else if (this.#mayRead()) this.linger();
  }

  #answerDevtool(head: RequestHead): void {
    const answer = answerDevtool(head, this.#around.route.own, this.#around);
    if (answer.kind === 'reply') {
      this.#reply(answer.reply, head, false);
      return;
    }
    if (answer.kind === 'open') {
      this.#handOver(head, answer.door);
      return;
    }
    if (answer.kind === 'take') {
      this.#posted = { head, door: answer.door, parts: [] };
      // It has as long as a head would have.
      this.#isInHead = true;
      this.#times.since = this.#around.now;
      return;
    }
    this.#isProbing = true;
    void this.#around.probe().then((reachable) => {
      this.#isProbing = false;
      if (this.#isLingering) return;
      this.#reply(healthReply(reachable), head, false);
      this.next();
    });
  }

  #takePosted(event: Http1Event): void {
    if (this.#posted === null) return;
    const { head, door, parts } = this.#posted;
    if (event.kind === 'body') parts.push(...event.payload);
    if (event.kind !== 'end') return;
    this.#posted = null;
    this.#isInHead = false;
    this.#reply(reportReply(door.report(Buffer.concat(parts).toString('utf8'))), head, false);
  }

  /** From here on the socket is a page's; what is left of this object is its place among the connections. */
  #handOver(head: RequestHead, door: PageDoor): void {
    this.#isHandedOver = true;
    this.#target.drop();
    this.#accepted.take = null;
    for (const [event, listener] of Object.entries(this.#listeners)) this.#socket.off(event, listener);
    door.accept(head, this.#socket, this.rest());
  }

  /** `last`: the connection cannot go on; nor can it when a body is still to come, or under HTTP/1.0. */
  #reply(reply: Reply, head: RequestHead | null, last: boolean): void {
    const close = last || head === null || !head.keepAlive || head.framing !== 0 || head.minor === 0;
    this.#out.add(replyBytes(reply, { close, head: head?.method === 'HEAD' }));
    if (close) this.linger();
    this.#times.since = this.#around.now;
  }

  #drained(): void {
    this.#target.browserDrained();
    if (this.#mayRead()) this.#read();
    this.#adjust();
  }

  #flush(): void {
    const sent = this.#out.flush();
    if (sent > 0) this.#around.count('bytesSent', sent);
    this.#target.flush();
  }

  /** Holds back whoever sends faster than the other side takes. */
  #adjust(): void {
    if (this.#isLingering || this.#isHandedOver) return;
    const isPassing = this.#target.isTunnel || (this.#target.state !== null && this.#mayRead());
    const isTooFarAhead = this.#ahead > this.#limits.aheadBytes || this.#out.blocked;
    const isHeld = isPassing ? this.#target.blocked : isTooFarAhead;
    if (isHeld && !this.#socket.isPaused()) this.#socket.pause();
    else if (!isHeld && this.#socket.isPaused()) this.#socket.resume();
    this.#target.hold();
  }
}
