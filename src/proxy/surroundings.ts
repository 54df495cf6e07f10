/** What a connection is given by its proxy: the route, what watches the traffic, and what else is not its own. */

import type { Duplex } from 'node:stream';
import type { Dial } from './dial.ts';
import type { ExchangeTap } from './exchange-tap.ts';
import type { Fields } from './fields.ts';
import type { RequestHead, ResponseHead } from './http1.ts';
import type { Loader } from './loader.ts';
import type { Route } from './request-head.ts';
import type { Connect } from './upstream.ts';

/** Looks at bytes in passing. */
export interface Observer {
  feed(chunk: Buffer): void;
}

export interface Observers {
  /** Of an upgraded connection: what the target sends, what the browser sends. */
  tunnel(id: number, response: ResponseHead): { readonly fromTarget: Observer; readonly fromBrowser: Observer } | null;
  /** Of an event stream. */
  events(id: number): Observer;
}

/** What a document's bytes go through; see document.ts. */
export interface DocumentWriter {
  /** False: wait until drained. */
  write(payload: Buffer): boolean;
  end(): void;
  abort(): void;
  /** The sink takes more again. */
  resume(): void;
  onDrain(run: () => void): void;
}

export interface DocumentSink {
  head(fields: Fields, framing: 'chunked' | number): void;
  /** False: wait for resume(). */
  data(bytes: Buffer): boolean;
  end(): void;
  fail(reason: string): void;
}

export interface DocumentNote {
  readonly injected: boolean;
  readonly reason: string | null;
  readonly csp: string | null;
}

export interface DocumentInput {
  readonly request: RequestHead;
  readonly response: ResponseHead;
  readonly loader: Loader;
}

export interface Documents {
  mayBeDocument(request: RequestHead, response: ResponseHead): boolean;
  acceptEncodingFor(request: RequestHead): string | null;
  openDocument(input: DocumentInput, sink: DocumentSink, note: (note: DocumentNote) => void): DocumentWriter;
}

/** The way in for pages; see page-socket.ts. */
export interface PageDoor {
  /** Lets one page in, once. */
  mintToken(): string;
  /** Whether the address carries such a token. */
  redeem(target: string): boolean;
  /** Takes the connection over for good. */
  accept(head: RequestHead, socket: Duplex, rest: Buffer): void;
  /** What a page told while it was left; false when it is no message of ours. */
  report(text: string): boolean;
  /** Code that a page was told to fetch, once. */
  takeScript(target: string): string | null;
}

/** The page client, as `scripts/page-client.mjs` builds it. */
export interface PageClient {
  /** What `/__devtool/client.js` answers with. */
  readonly script: string;
  /** The same for a script element in a document. */
  readonly inline: string;
}

/** An exchange that rules touch. */
export interface Shaped {
  /** Stands in the target's place, for this exchange alone. */
  readonly dial: Connect;
  readonly route: Route;
  /** Bodies have to be readable. */
  readonly wantsIdentity: boolean;
  /** By which rules, and how. */
  note(): string;
}

export interface Shaping {
  /** Null: nothing touches it. `touched` hears, now or once its body is there, by which rules and how. */
  shape(head: RequestHead, route: Route, dial: Dial, touched: (rules: string) => void): Shaped | null;
}

export type TrafficCounter = 'totalRequests' | 'activeConnections' | 'bytesReceived' | 'bytesSent';

export interface Surroundings {
  /** Replaced when the target moves; an exchange goes on with the one that it began with. */
  readonly route: Route;
  readonly dial: Dial;
  readonly tap: ExchangeTap;
  readonly observers: Observers;
  /** Null: there are no rules. */
  readonly shaping: Shaping | null;
  /** Null: documents pass like everything else. */
  readonly documents: Documents | null;
  /** Null: pages are not let in. */
  readonly page: PageDoor | null;
  readonly client: PageClient;
  /** Seconds, coarse: moved on by the proxy's one timer. */
  readonly now: number;
  count(what: TrafficCounter, n: number): void;
  /** Whether the target takes connections. */
  probe(): Promise<boolean>;
  /** The target could not be reached, or failed; shown in the status. */
  failed(message: string): void;
}
