/** All open pages of a proxy: lets them in, numbers their loads, and hands them the code that they are asked to run. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { EXEC_CALLBACK, type ExecAnswer, type Hello } from '../page/protocol.ts';
import type { RequestHead } from './http1.ts';
import { withoutLoader } from './loader.ts';
import { createPageClock } from './page-clock.ts';
import { type EntryKeeper, PageConnection, type PageFacts, takeNew } from './page-connection.ts';
import { parsePageMessage } from './page-message.ts';
import { createPageTokens } from './page-tokens.ts';
import type { ChangesRecording } from './spec.ts';

const MOST_MESSAGE_BYTES = 1_048_576;
/** Loads whose count of entries is remembered for a reconnect. */
const MOST_LOADS = 1_000;
/** Pages record changes for so long after the last question about them. */
const CHANGES_SECONDS = 600;
const CLOCK_TICKS = 10;
/** Reports of pages that are left: each has at most 64 KiB. */
const MOST_LATE_A_SECOND = 50;
const EXEC_PATH = '/__devtool/exec/';

export interface PageSocketParts {
  readonly tap: EntryKeeper;
  readonly micros: () => number;
  readonly random: () => Buffer;
  /** A page's number: from the counter that gives out all entry ids. */
  readonly nextId: () => number;
  readonly changed: (facts: PageFacts) => void;
  readonly gone: (page: number) => void;
  readonly answered: (answer: ExecAnswer) => void;
  /** So many more pages are open, or fewer. */
  readonly count: (n: number) => void;
}

export class PageSocket {
  readonly #parts: PageSocketParts;
  readonly #tokens;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES, perMessageDeflate: false });
  /** Those too that have not said yet which page they are. */
  readonly #all = new Set<PageConnection>();
  readonly #open = new Map<number, PageConnection>();
  readonly #loads = new Map<string, { page: number; acknowledged: number }>();
  /** Code that was asked for and not yet fetched. */
  readonly #scripts = new Map<string, string>();
  /** Until then pages record changes; null: they do not. */
  #changesUntil: number | null = null;
  #ticks = 0;
  /** Reports over HTTP in this second. */
  #late = 0;

  constructor(parts: PageSocketParts) {
    this.#parts = parts;
    this.#tokens = createPageTokens(parts.random);
  }

  get size(): number {
    return this.#open.size;
  }

  mintToken(): string {
    return this.#tokens.mint(this.#seconds());
  }

  /** Whether the upgrade's address carries a token of ours; it cannot be used again. */
  redeem(target: string): boolean {
    const token = new URLSearchParams(target.split('?', 2)[1] ?? '').get('token');
    return token !== null && this.#tokens.redeem(token, this.#seconds());
  }

  /** Takes over a connection whose upgrade was validated: from here on it is a page's. */
  accept(head: RequestHead, socket: Duplex, rest: Buffer): void {
    this.#server.handleUpgrade(upgradeOf(head), socket, rest, (opened) => {
      let page = 0;
      const connection = new PageConnection({
        socket: opened,
        tap: this.#parts.tap,
        micros: this.#parts.micros,
        enter: (hello) => {
          const load = this.#load(hello);
          page = load.page;
          // A load has one connection: the one before is a remnant of a network that broke.
          this.#open.get(page)?.close();
          if (!this.#open.has(page)) this.#parts.count(1);
          this.#open.set(page, connection);
          return load;
        },
        recordsChanges: () => this.#changesUntil !== null,
        changed: this.#parts.changed,
        answered: this.#parts.answered,
        gone: () => {
          this.#all.delete(connection);
          if (this.#open.get(page) !== connection) return;
          this.#open.delete(page);
          this.#parts.count(-1);
          this.#parts.gone(page);
        },
      });
      this.#all.add(connection);
    });
  }

  /** Hello and report of a page that was left before its socket was open; false for what is none, or too many in a second. */
  report(text: string): boolean {
    const [hello, report] = text.split('\n', 2).map(parsePageMessage);
    if (hello?.say !== 'hello' || report?.say !== 'report' || this.#late >= MOST_LATE_A_SECOND) return false;
    this.#late += 1;
    const load = this.#load(hello);
    const now = this.#parts.micros();
    const clock = createPageClock(hello.at, now);
    for (const entry of takeNew(load, report))
      this.#parts.tap.keep(load.page, withoutLoader(entry, hello, hello.url), clock.map(entry.at, now), now);
    if (this.#open.has(load.page)) return true;
    this.#parts.changed({ page: load.page, hello, status: null, dropped: report.dropped });
    this.#parts.gone(load.page);
    return true;
  }

  /** False when the page is not open. */
  exec(page: number, id: string, code: string): boolean {
    const connection = this.#open.get(page);
    if (connection === undefined) return false;
    this.#scripts.set(id, `window['${EXEC_CALLBACK}${id}']?.(async (console) => {${code}\n});\n`);
    connection.exec(id, `${EXEC_PATH}${id}.js`);
    return true;
  }

  /** The code for an address under `/__devtool/exec/`, once. */
  takeScript(target: string): string | null {
    const id = /^\/__devtool\/exec\/([\w-]+)\.js$/.exec(target)?.[1] ?? '';
    const script = this.#scripts.get(id) ?? null;
    this.#scripts.delete(id);
    return script;
  }

  /** Nobody waits for it any more. */
  forgetRun(id: string): void {
    this.#scripts.delete(id);
    for (const connection of this.#open.values()) connection.forget(id);
  }

  /** All pages record changes of their documents for ten minutes from now, those too that are opened meanwhile. */
  recordChanges(): ChangesRecording {
    const isNew = this.#changesUntil === null;
    this.#changesUntil = this.#seconds() + CHANGES_SECONDS;
    if (isNew) for (const connection of this.#open.values()) connection.recordChanges(true);
    return { isNew, pages: this.#open.size };
  }

  /** Every second. */
  tick(): void {
    this.#ticks += 1;
    this.#late = 0;
    const isLapsed = this.#changesUntil !== null && this.#changesUntil < this.#seconds();
    if (isLapsed) this.#changesUntil = null;
    for (const connection of this.#all) {
      connection.resume();
      if (this.#ticks % CLOCK_TICKS === 0) connection.askClock();
      if (isLapsed) connection.recordChanges(false);
    }
  }

  close(): void {
    for (const connection of this.#all) connection.close();
    this.#server.close();
  }

  #load(hello: Hello): { page: number; acknowledged: number } {
    const known = this.#loads.get(hello.load);
    if (known !== undefined) return known;
    const load = { page: this.#parts.nextId(), acknowledged: hello.acknowledged };
    this.#loads.set(hello.load, load);
    if (this.#loads.size > MOST_LOADS) this.#loads.delete(this.#loads.keys().next().value ?? '');
    return load;
  }

  #seconds = (): number => this.#parts.micros() / 1_000_000;
}

/** The request as `ws` reads it. */
function upgradeOf(head: RequestHead): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.method = head.method;
  request.url = head.target;
  request.httpVersionMajor = 1;
  request.httpVersionMinor = head.minor;
  for (let i = 0; i < head.fields.length; i += 2)
    request.headers[(head.fields[i] ?? '').toLowerCase()] = head.fields[i + 1] ?? '';
  return request;
}
