/**
 * One open page: what it says is checked, limited, kept and acknowledged; what it is asked is this page's alone. It can report
 * and answer, and nothing else.
 */
import type { RawData, WebSocket } from 'ws';
import type { ExecAnswer, Hello, PageEntry, Report, Status, ToPage } from '../page/protocol.ts';
import { withoutLoader } from './loader.ts';
import { createPageClock, type PageClock } from './page-clock.ts';
import { parsePageMessage } from './page-message.ts';

/** A page may say so much in a second; what is beyond is dropped and counted, and the rest of it has to wait. */
const MESSAGES_A_SECOND = 200;
/** Twice what the client keeps for when it is let in again. */
const ENTRIES_A_SECOND = 4_000;
const BYTES_A_SECOND = 16 * 1_048_576;
/** Not yet taken by the page: then it is not listening, and is let go. */
const MOST_UNSENT_BYTES = 8 * 1_048_576;
const POLICY = 1_008;

/** Where entries are kept; see page-tap.ts. */
export interface EntryKeeper {
  keep(page: number, entry: PageEntry, micros: number, heard: number): void;
}

/** What is known of a page now. */
export interface PageFacts {
  readonly page: number;
  readonly hello: Hello;
  readonly status: Status | null;
  /** Messages and entries that were not kept. */
  readonly dropped: number;
}

export interface ConnectionParts {
  readonly socket: WebSocket;
  readonly tap: EntryKeeper;
  readonly micros: () => number;
  /** The page of a load; a new number for one that was never here. Entries are numbered from `acknowledged` on. */
  readonly enter: (hello: Hello) => { readonly page: number; acknowledged: number };
  /** Whether a page that has just come is to report changes of its document. */
  readonly recordsChanges: () => boolean;
  readonly changed: (facts: PageFacts) => void;
  readonly answered: (answer: ExecAnswer) => void;
  /** Once, whether or not it ever said which page it is. */
  readonly gone: () => void;
}

export class PageConnection {
  readonly #parts: ConnectionParts;
  readonly #asked = new Set<string>();
  #hello: Hello | null = null;
  #status: Status | null = null;
  #entry = { page: 0, acknowledged: 0 };
  #clock: PageClock | null = null;
  #second = 0;
  #used = { messages: 0, entries: 0, bytes: 0 };
  #dropped = 0;
  #isOver = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    parts.socket.on('message', (data, isBinary) => this.#take(data, isBinary));
    // A close follows, and says all there is to say.
    parts.socket.on('error', () => {});
    parts.socket.on('close', () => parts.gone());
  }

  /** Runs the script at `src`, which answers under `id`. */
  exec(id: string, src: string): void {
    this.#asked.add(id);
    this.#say({ say: 'exec', id, src });
  }

  /** The page reports changes of its document from now on, or no more. */
  recordChanges(on: boolean): void {
    this.#say({ say: 'changes', on });
  }

  /** Nobody waits for that run any more: its answer would be too late. */
  forget(id: string): void {
    this.#asked.delete(id);
  }

  /** Every second: a page that said too much is heard again. */
  resume(): void {
    this.#parts.socket.resume();
  }

  /** Once in a while: clocks drift apart. */
  askClock(): void {
    if (this.#clock !== null) this.#say({ say: 'clock', id: this.#clock.ask(this.#parts.micros()) });
  }

  close(): void {
    this.#parts.socket.terminate();
  }

  #take(data: RawData, isBinary: boolean): void {
    if (this.#isOver || this.#isTooMuch(lengthOf(data))) return;
    const message = isBinary ? null : parsePageMessage(String(data));
    if (message === null || (message.say === 'hello') !== (this.#hello === null)) {
      this.#isOver = true;
      this.#parts.socket.close(POLICY, 'not a message of the page client');
      return;
    }
    switch (message.say) {
      case 'hello':
        this.#greet(message);
        break;
      case 'report':
        this.#keep(message);
        break;
      case 'status':
        this.#status = message;
        this.#tell();
        break;
      case 'answer':
        // Of what this page was not asked, or has answered already.
        if (this.#asked.delete(message.id)) this.#parts.answered(this.#asServed(message));
        else this.#drop(1);
        break;
      case 'clock':
        this.#clock?.answered(message.id, message.at, this.#parts.micros());
    }
  }

  #isTooMuch(bytes: number): boolean {
    const second = Math.floor(this.#parts.micros() / 1_000_000);
    if (second !== this.#second) {
      // What was dropped meanwhile is told at last.
      if (this.#used.messages > MESSAGES_A_SECOND || this.#used.bytes > BYTES_A_SECOND) this.#tell();
      this.#second = second;
      this.#used = { messages: 0, entries: 0, bytes: 0 };
    }
    this.#used.messages += 1;
    this.#used.bytes += bytes;
    if (this.#used.messages <= MESSAGES_A_SECOND && this.#used.bytes <= BYTES_A_SECOND) return false;
    this.#drop(1);
    // Reading on would take the time of those that have something to say; it waits in the page's own memory.
    this.#parts.socket.pause();
    return true;
  }

  /** A page may say any number; the sum is one that JSON can carry. */
  #drop(count: number): void {
    this.#dropped = Math.min(Number.MAX_SAFE_INTEGER, this.#dropped + count);
  }

  #greet(hello: Hello): void {
    this.#hello = hello;
    this.#clock = createPageClock(hello.at, this.#parts.micros());
    this.#entry = this.#parts.enter(hello);
    this.#say({ say: 'welcome', page: `page_${this.#entry.page}` });
    // It may have been told otherwise before it was lost.
    this.recordChanges(this.#parts.recordsChanges());
    this.askClock();
    this.#tell();
  }

  #keep({ entries, last, dropped }: Report): void {
    const now = this.#parts.micros();
    let lost = dropped;
    for (const entry of takeNew(this.#entry, { entries, last })) {
      this.#used.entries += 1;
      if (this.#used.entries > ENTRIES_A_SECOND) lost += 1;
      else this.#parts.tap.keep(this.#entry.page, this.#asServed(entry), this.#clock?.map(entry.at, now) ?? now, now);
    }
    this.#drop(lost);
    this.#say({ say: 'acknowledged', last: this.#entry.acknowledged });
    if (lost > 0) this.#tell();
  }

  /** With columns as in the document that the target sent. */
  #asServed<T>(told: T): T {
    return this.#hello === null ? told : withoutLoader(told, this.#hello, this.#status?.url);
  }

  #tell(): void {
    if (this.#hello === null) return;
    this.#parts.changed({ page: this.#entry.page, hello: this.#hello, status: this.#status, dropped: this.#dropped });
  }

  #say(message: ToPage): void {
    const { socket } = this.#parts;
    if (socket.bufferedAmount > MOST_UNSENT_BYTES) socket.terminate();
    else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  }
}

/** Entries of a report that its load has not told before: over a reconnect they come twice. They count as told from now on. */
export function takeNew(
  load: { acknowledged: number },
  { entries, last }: Pick<Report, 'entries' | 'last'>,
): readonly PageEntry[] {
  const isKnown = Math.max(0, load.acknowledged - (last - entries.length));
  load.acknowledged = Math.max(load.acknowledged, last);
  return entries.slice(isKnown);
}

const lengthOf = (data: RawData): number =>
  Array.isArray(data) ? data.reduce((sum, part) => sum + part.length, 0) : data.byteLength;
