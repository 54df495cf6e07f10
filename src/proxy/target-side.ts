/**
 * The target's half of a browser connection: the exchange under way and the connection to the target. Performs what exchange.ts
 * decides, and leaves to the browser's half what concerns the browser.
 */
import type { BrowserSide } from './browser-side.ts';
import { loaderOf } from './devtool-paths.ts';
import { conditionsOf } from './document-copy.ts';
import { type ExchangeEvent, type ExchangeState, mayBeSentAgain, step } from './exchange.ts';
import type { ExchangeEntry, Outcome } from './exchange-tap.ts';
import { type BodyPart, type End, Http1Error, type RequestHead, type ResponseHead } from './http1.ts';
import { KeptUpstream } from './kept-upstream.ts';
import { openLiveDocument } from './live-document.ts';
import { isEventStream, LiveExchange, responseFacts, settle } from './live-exchange.ts';
import type { Refusal } from './reply.ts';
import { requestHead, wantsUpgrade } from './request-head.ts';
import { responseHead } from './response-head.ts';
import type { Documents, Shaped, Shaping, Surroundings } from './surroundings.ts';
import { Tunnel } from './tunnel.ts';
import { beginsLikeHttp, CUT, type Loss, lossRefusal, RESET, type UpstreamOwner } from './upstream.ts';

/** An answer has a few: 100, 102 now and then, 103. */
const MOST_INTERIMS = 100;

export class TargetSide implements UpstreamOwner {
  readonly #around: Surroundings;
  readonly #browser: BrowserSide;
  readonly #kept: KeptUpstream;
  #live: LiveExchange | null = null;
  #tunnel: Tunnel | null = null;
  /** When a byte of the target last came, in the proxy's seconds. */
  heardAt = 0;

  constructor(around: Surroundings, browser: BrowserSide) {
    this.#around = around;
    this.#browser = browser;
    this.#kept = new KeptUpstream(around, this);
  }

  /** Null: no exchange is under way. */
  get state(): ExchangeState | null {
    return this.#live?.state ?? null;
  }

  get isTunnel(): boolean {
    return this.#tunnel !== null;
  }

  /** The target does not take what the browser sends. */
  get blocked(): boolean {
    return this.#kept.current?.out.blocked ?? false;
  }

  /** Since when a connection is being opened; null: none is. */
  get dialledAt(): number | null {
    return this.#kept.dialledAt;
  }

  /** More of the request must come by itself: the target need not ask for it first. */
  get isOwedBody(): boolean {
    const live = this.#live;
    if (live === null) return false;
    if (live.state === 'asking') return !live.head.expectContinue || live.isContinued;
    return live.state === 'answering_early' || live.state === 'answered_early';
  }

  /** A request that has been let in. */
  begin(entry: ExchangeEntry, head: RequestHead): void {
    const { documents, shaping } = this.#around;
    const shaped = shaping === null ? null : this.#shapedBy(shaping, entry, head);
    const route = shaped?.route ?? this.#around.route;
    const acceptEncoding = shaped?.wantsIdentity ? 'identity' : (documents?.acceptEncodingFor(head) ?? null);
    const conditions = documents === null ? null : conditionsOf(head, loaderOf(this.#around.client).version);
    const text = requestHead(head, route, { peer: this.#browser.peer, acceptEncoding, conditions });
    this.#live = new LiveExchange(entry, head, route, text, shaped, conditions?.version ?? null);
    this.#kept.ask(this.#live);
  }

  #shapedBy(shaping: Shaping, entry: ExchangeEntry, head: RequestHead): Shaped | null {
    const { route, dial } = this.#around;
    return shaping.shape(head, route, dial, (rules) => entry.touched(rules));
  }

  send(part: BodyPart): void {
    const live = this.#live;
    // Of a request that was refused.
    if (live === null) return;
    this.#kept.current?.out.add(part.raw);
    live.entry.sent(part.payload);
  }

  requestEnded(): void {
    this.#advance('request_end');
  }

  requestBad(refusal: Refusal): void {
    this.#advance('request_bad', refusal);
  }

  /** No connection in time. */
  dialledTooLong(message: string): void {
    this.lost({ code: 'ETIMEDOUT', message });
  }

  /** The browser sends no more. The target decides what half a connection is worth, as it would without us. */
  browserEnded(): void {
    this.#kept.current?.end();
  }

  browserClosed(): void {
    this.#advance('downstream_lost');
    if (this.#tunnel !== null) this.#kept.current?.dropSoon();
    this.drop();
  }

  /** Through the tunnel. */
  passOn(chunk: Buffer): void {
    this.#tunnel?.fromBrowser(chunk);
    this.#kept.current?.out.add(chunk);
  }

  /** The browser takes more again. */
  browserDrained(): void {
    this.#live?.document?.resume();
  }

  flush(): void {
    this.#kept.current?.out.flush();
  }

  /** Holds the target back when the browser or the document takes no more. */
  hold(): void {
    this.#kept.current?.hold(this.#browser.blocked || this.#live?.isFull === true);
  }

  drop(): void {
    this.#kept.drop();
  }

  /** As UpstreamOwner; drained, received, ended and lost as well. */
  connected(): void {
    this.#live?.entry.reached();
  }

  drained(): void {
    this.#browser.next();
  }

  received(chunk: Buffer): void {
    this.heardAt = this.#around.now;
    if (this.#tunnel !== null) {
      this.#tunnel.fromTarget(chunk);
      this.#browser.add(chunk);
      this.#browser.settle();
      return;
    }
    const live = this.#live;
    if (live === null || live.isReceived) {
      this.lost({ code: 'EUNASKED', message: 'the target sent bytes that nobody had asked for' });
      return;
    }
    if (!live.isAnswered && wantsUpgrade(live.head) && !beginsLikeHttp(chunk)) {
      this.#passBare(live, chunk);
      return;
    }
    live.isAnswered = true;
    this.#kept.current?.answer.push(chunk);
    this.#around.tap.hold();
    this.#relay();
    this.#around.tap.release();
  }

  /** What answers an upgrade need not be HTTP at all: it goes to the browser as it is, to the end of both connections. */
  #passBare(live: LiveExchange, chunk: Buffer): void {
    this.#live = null;
    this.#tunnel = new Tunnel(null);
    live.entry.ended('complete', 'the answer to the upgrade was no HTTP');
    this.received(chunk);
  }

  #relay(): void {
    try {
      for (let live = this.#live; live !== null && !live.isReceived; live = this.#live) {
        const event = this.#kept.current?.answer.next(live.head.method) ?? null;
        if (event === null) break;
        this.#take(live, event);
      }
    } catch (error) {
      if (!(error instanceof Http1Error)) throw error;
      this.lost({ code: error.code, message: `the target's answer cannot be read: ${error.message}` });
    }
    this.#browser.settle();
  }

  #take(live: LiveExchange, event: RequestHead | ResponseHead | BodyPart | End): void {
    if (event.kind === 'body') this.#passBody(live, event);
    else if (event.kind === 'response') this.#takeHead(live, event);
    else if (event.kind === 'end' && live.response !== null) this.#takeEnd(live, live.response);
  }

  #takeHead(live: LiveExchange, response: ResponseHead): void {
    const { observers, documents } = this.#around;
    live.entry.responded(response);
    if (response.status === 101) this.#switch(live, response);
    else if (response.status < 200) this.#passInterim(live, response);
    else {
      this.#advance('answer_head');
      const facts = settle(live, response);
      if (documents?.mayBeDocument(live.head, response)) {
        this.#openDocument(live, response, documents);
        return;
      }
      if (isEventStream(response)) live.observer = observers.events(live.entry.id);
      this.#browser.add(responseHead(response, live.route, facts));
    }
  }

  /** HTTP/1.0 knows none (RFC 9110 15.2). */
  #passInterim(live: LiveExchange, response: ResponseHead): void {
    live.interims += 1;
    if (live.interims > MOST_INTERIMS) {
      this.lost({ code: 'EINTERIM', message: `the target sent more than ${MOST_INTERIMS} heads before an answer` });
      return;
    }
    if (response.status === 100) live.isContinued = true;
    const facts = { ownOrigin: '', connection: null, unchunked: false, copyVersion: null };
    if (live.head.minor === 1) this.#browser.add(responseHead(response, live.route, facts));
  }

  #passBody(live: LiveExchange, { raw, payload }: BodyPart): void {
    live.entry.received(payload);
    if (live.observer !== null) for (const piece of payload) live.observer.feed(piece);
    if (live.document !== null) for (const piece of payload) live.isFull = !live.document.write(piece);
    else if (live.unchunked) for (const piece of payload) this.#browser.add(piece);
    else this.#browser.add(raw);
  }

  #takeEnd(live: LiveExchange, response: ResponseHead): void {
    live.isReceived = true;
    const isWhole = live.state === 'answering';
    if (!this.#kept.answered(response) || this.#browser.isEnded) {
      if (isWhole) this.drop();
      else live.isLast = true;
    }
    if (live.document !== null) live.document.end();
    else this.#advance(live.isLast ? 'answer_last' : 'answer_end');
  }

  ended(): void {
    if (this.#tunnel !== null) {
      this.#browser.endTunnel();
      return;
    }
    if (this.#live !== null) {
      this.#kept.current?.answer.finish();
      this.#relay();
    }
    // A whole answer may have gone out by that.
    if (this.#kept.current !== null) this.lost({ code: 'EENDED', message: 'the target closed the connection' });
  }

  lost(loss: Loss): void {
    const wasConnected = this.#kept.current?.isConnected ?? false;
    const answers = this.#kept.current?.answers ?? 0;
    this.drop();
    const live = this.#live;
    if (this.#tunnel !== null) this.#browser.closeTunnel();
    if (live !== null && (loss.code === CUT || loss.code === RESET)) {
      live.isReset = loss.code === RESET;
      this.#advance('cut', { status: 502, code: 'cut', message: loss.message });
      this.#browser.settle();
      return;
    }
    // A document that has all of its bytes needs no connection to the target.
    if (live === null || (live.isReceived && live.state === 'answering')) return;
    const { head, isAnswered, isResent } = live;
    const isSafe = !isAnswered && !isResent && mayBeSentAgain(head.method, head.framing !== 0);
    const isWhole = live.state === 'waiting' || live.state === 'answering';
    // A rule keeps it waiting: then nothing may be connected yet.
    if ((wasConnected || live.shaped !== null) && isWhole && this.#browser.isEnded)
      this.#advance('abandoned', lossRefusal(loss, wasConnected, live.route.target));
    else if (answers > 0 && isSafe && live.state === 'waiting') this.#advance('upstream_stale');
    else
      this.#advance(wasConnected ? 'upstream_lost' : 'unreachable', lossRefusal(loss, wasConnected, live.route.target));
    this.#browser.settle();
  }

  #advance(event: ExchangeEvent, why: Refusal | null = null): void {
    const live = this.#live;
    const next = live === null ? null : step(live.state, event);
    if (live === null || next === null) return;
    live.state = next.to;
    if (next.outcome !== null) this.#over(live, next.outcome, why);
    for (const effect of next.effects) {
      if (effect === 'drop_upstream') this.drop();
      else if (effect === 'drop_downstream') this.#cutBrowser(live);
      else if (effect === 'linger') this.#browser.linger();
      else if (effect === 'refuse' && why !== null) this.#browser.refuse(why, live.head, event === 'request_bad');
      else if (effect === 'resend') this.#resend(live);
      if (effect === 'refuse' || effect === 'next') this.#browser.next();
    }
  }

  /** With a reset where the framing would not show that something is missing. */
  #cutBrowser({ isReset, response, unchunked }: LiveExchange): void {
    this.#browser.cut(isReset || response?.framing === 'close' || unchunked);
  }

  #over(live: LiveExchange, planned: Outcome, why: Refusal | null): void {
    const outcome = planned === 'unreachable' && why?.status === 504 ? 'timeout' : planned;
    this.#live = null;
    if (outcome !== 'complete') live.document?.abort();
    const isTheirs = outcome !== 'complete' && outcome !== 'client_aborted' && outcome !== 'cut';
    const note = live.note ?? (isTheirs ? why?.message : undefined);
    const rules = live.shaped?.note() ?? '';
    if (outcome === 'refused') live.entry.ended(outcome, note, rules, why?.status);
    else if (live.shaped !== null) live.entry.ended(outcome, note ?? '', rules);
    else if (note === undefined) live.entry.ended(outcome);
    else live.entry.ended(outcome, note);
    if (why !== null && why.status >= 502 && isTheirs) this.#around.failed(why.message);
  }

  #resend(live: LiveExchange): void {
    live.isResent = true;
    this.#kept.ask(live);
  }

  #switch(live: LiveExchange, response: ResponseHead): void {
    if (!wantsUpgrade(live.head)) {
      this.lost({ code: 'ESWITCHED', message: 'the target switched protocols without being asked' });
      return;
    }
    this.#advance('switched');
    if (live.state !== 'tunnel') return;
    this.#browser.add(responseHead(response, live.route, { ...responseFacts(live), connection: 'Upgrade' }));
    this.#tunnel = new Tunnel(this.#around.observers.tunnel(live.entry.id, response));
    const fromTarget = this.#kept.current?.answer.rest();
    if (fromTarget !== undefined && fromTarget.length > 0) this.received(fromTarget);
    const fromBrowser = this.#browser.rest();
    if (fromBrowser.length > 0) this.passOn(fromBrowser);
    this.flush();
    if (this.#browser.isEnded) this.#kept.current?.end();
  }

  #openDocument(live: LiveExchange, response: ResponseHead, documents: Documents): void {
    openLiveDocument(live, response, documents, loaderOf(this.#around.client), {
      isCurrent: () => this.#live === live,
      send: (parts) => {
        for (const part of parts) this.#browser.add(part);
        this.#browser.settle();
        return !this.#browser.blocked;
      },
      ended: () => {
        this.#advance(live.isLast ? 'answer_last' : 'answer_end');
        this.#browser.settle();
      },
      failed: (message) => this.#advance('upstream_lost', { status: 502, code: 'document', message }),
      drained: () => this.hold(),
    });
  }
}
