/** An exchange under way: what its connection has to remember of it. */
import type { ExchangeState } from './exchange.ts';
import type { ExchangeEntry } from './exchange-tap.ts';
import { field } from './fields.ts';
import type { RequestHead, ResponseHead } from './http1.ts';
import type { Route } from './request-head.ts';
import type { ResponseFacts } from './response-head.ts';
import type { DocumentWriter, Observer, Shaped } from './surroundings.ts';

/** One object of one shape for each: this is made for every request. */
export class LiveExchange {
  readonly entry: ExchangeEntry;
  readonly head: RequestHead;
  readonly route: Route;
  /** The head as it was sent, latin1, to send it again. */
  readonly text: string;
  state: ExchangeState = 'asking';
  /** A byte of an answer has come. */
  isAnswered = false;
  /** The answer's last byte has come; a document may still be on its way out. */
  isReceived = false;
  isResent = false;
  /** An interim 100 was passed on: the browser sends its body. */
  isContinued = false;
  /** Heads before the final one. */
  interims = 0;
  /** The browser's connection ends with this exchange. */
  isLast: boolean;
  /** The body goes out without its chunk lines. */
  unchunked = false;
  response: ResponseHead | null = null;
  document: DocumentWriter | null = null;
  /** The document takes no more for now. */
  isFull = false;
  observer: Observer | null = null;
  /** Shown with the outcome. */
  note: string | null = null;
  /** How rules touch it; null: none does. */
  readonly shaped: Shaped | null;
  /** Of the page client in the browser's copy of the document, if the target is asked whether that is good still. */
  readonly copyVersion: string | null;
  /** A rule ends the browser's connection with a reset. */
  isReset = false;

  constructor(
    entry: ExchangeEntry,
    head: RequestHead,
    route: Route,
    text: string,
    shaped: Shaped | null,
    copyVersion: string | null,
  ) {
    this.entry = entry;
    this.head = head;
    this.route = route;
    this.text = text;
    this.shaped = shaped;
    this.copyVersion = copyVersion;
    this.isLast = !head.keepAlive;
  }
}

/** Settles what the final head means for the browser's connection, and what the head says of it. */
export function settle(live: LiveExchange, response: ResponseHead): ResponseFacts {
  const { head } = live;
  live.response = response;
  live.unchunked = response.framing === 'chunked' && head.minor === 0;
  const isRefusedBody = head.expectContinue && !live.isContinued && live.state === 'answering_early';
  live.isLast ||= live.unchunked || response.framing === 'close' || isRefusedBody;
  return responseFacts(live);
}

export function responseFacts({ head, route, isLast, unchunked, copyVersion }: LiveExchange): ResponseFacts {
  const connection = isLast ? 'close' : head.minor === 0 ? 'keep-alive' : null;
  return { ownOrigin: ownOrigin(head, route), connection, unchunked, copyVersion };
}

/** By what origin the browser came. */
export function ownOrigin(head: RequestHead, { own, publicOrigin }: Route): string {
  const host = field(head.fields, 'host') ?? `localhost:${own.port}`;
  if (publicOrigin?.endsWith(`//${host.toLowerCase()}`)) return publicOrigin;
  return `http://${host}`;
}

/** Whether a response is a stream of events that can be looked at. */
export function isEventStream({ fields }: ResponseHead): boolean {
  return (
    /^text\/event-stream\b/i.test(field(fields, 'content-type') ?? '') && field(fields, 'content-encoding') === null
  );
}
