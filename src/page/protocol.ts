/** What page and proxy say to each other over the page socket: JSON texts. A page reports and answers, it never asks. */

export type EntryKind = 'error' | 'console' | 'performance' | 'custom' | 'interaction' | 'mutation' | 'network';

/** Something that happened in the page. */
export interface PageEntry {
  readonly kind: EntryKind;
  /** Milliseconds on the page's own clock: since its time origin. */
  readonly at: number;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** First on each connection. */
export interface Hello {
  readonly say: 'hello';
  readonly version: 1;
  /** Of the tab: kept over reloads, not over a duplicated tab's. */
  readonly tab: string;
  /** Of this load of this document. */
  readonly load: string;
  readonly url: string;
  readonly title: string;
  /** 'top', or the frame's name or place. */
  readonly frame: string;
  /** Now, on the page's own clock. */
  readonly at: number;
  /** The loader's own `data-at`, and the address that the document came from: see loader.ts. */
  readonly loader: string;
  readonly document: string;
  /** Entries up to here were acknowledged before. */
  readonly acknowledged: number;
}

export interface Report {
  readonly say: 'report';
  /** Of the last entry in it; entries are numbered from 1 in each load. */
  readonly last: number;
  readonly entries: readonly PageEntry[];
  /** Entries that were never queued, since the page made too many. */
  readonly dropped: number;
}

/** What is true of the page now; the newest counts. */
export interface Status {
  readonly say: 'status';
  readonly url: string;
  readonly title: string;
  readonly visible: boolean;
  readonly vitals: Readonly<Record<string, number | string | null>>;
}

/** Of a run that was asked for; `ok: false`: `value` is the error. */
export interface ExecAnswer {
  readonly say: 'answer';
  readonly id: string;
  readonly ok: boolean;
  readonly type: string;
  readonly value: unknown;
  readonly console: readonly string[];
  readonly ms: number;
  /** Some of the value is left out: it was too much for a message. */
  readonly cut: boolean;
}

/** To a clock question: `at` of the page. */
export interface ClockAnswer {
  readonly say: 'clock';
  readonly id: number;
  readonly at: number;
}

export type FromPage = Hello | Report | Status | ExecAnswer | ClockAnswer;

export type ToPage =
  /** The page's id, as it is shown. */
  | { readonly say: 'welcome'; readonly page: string }
  | { readonly say: 'acknowledged'; readonly last: number }
  | { readonly say: 'clock'; readonly id: number }
  /** Load this script: it calls back with an answer under `id`. */
  | { readonly say: 'exec'; readonly id: string; readonly src: string }
  /** Report changes of the document from now on, or no more. */
  | { readonly say: 'changes'; readonly on: boolean };

/** Paths under `/__devtool/` that the client uses. */
export const TOKEN_PATH = '/__devtool/token';
export const SOCKET_PATH = '/__devtool/socket';
/** Takes what a page could not tell over its socket before it was left: a hello and a report, a line each. */
export const REPORT_PATH = '/__devtool/report';
export const MOST_REPORT_BYTES = 65_536;
/** Requests of our own say in it what they are for; the proxy takes it off again. */
export const LOAD_FIELD = 'x-devtool-load';
/** Before the name of a load: a language that nobody speaks (RFC 5646 2.2.7), among those of a page's request. */
export const LOAD_MARK = 'x-devtool-';
/** What a run's script calls, under a name that no page guesses. */
export const EXEC_CALLBACK = '__devtool_exec_';
