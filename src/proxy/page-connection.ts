/**
 * One open page: what it says is checked, limited, kept and acknowledged; what it is asked is this page's alone. It can report
 * and answer, and nothing else.
 */
import type { RawData, WebSocket } from 'ws';
import type { ExecAnswer, Hello, PageEntry, Report, Status, ToPage } from '../page/protocol.ts';
import { createPageClock, type PageClock } from './page-clock.ts';
import { parsePageMessage } from './page-message.ts';

/** A page may say so much in a second; what is beyond is dropped and counted. */
const MESSAGES_A_SECOND = 200;
/** Not yet taken by the page: then it is not listening, and is let go. */
const MOST_UNSENT_BYTES = 8 * 1_048_576;
const POLICY = 1_008;

/** Where entries are kept; see page-tap.ts. */
export interface EntryKeeper {
  keep(page: number, entry: PageEntry, micros: number): void;
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
  readonly changed: (facts: PageFacts) => void;
  readonly answered: (answer: ExecAnswer) => void;
  readonly gone: (page: number) => void;
}

export class PageConnection {
  readonly #parts: ConnectionParts;
  readonly #asked = new Set<string>();
  #hello: Hello | null = null;
  #status: Status | null = null;
  #entry = { page: 0, acknowledged: 0 };
  #clock: PageClock | null = null;
  #second = 0;
  #inSecond = 0;
  #dropped = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    parts.socket.on('message', (data, isBinary) => this.#take(data, isBinary));
    // A close follows, and says all there is to say.
    parts.socket.on('error', () => {});
    parts.socket.on('close', () => {
      if (this.#hello !== null) parts.gone(this.#entry.page);
    });
  }

  /** Runs the script at `src`, which answers under `id`. */
  exec(id: string, src: string): void {
    this.#asked.add(id);
    this.#say({ say: 'exec', id, src });
  }

  /** Once in a while: clocks drift apart. */
  askClock(): void {
    if (this.#clock !== null) this.#say({ say: 'clock', id: this.#clock.ask(this.#parts.micros()) });
  }

  close(): void {
    this.#parts.socket.terminate();
  }

  #take(data: RawData, isBinary: boolean): void {
    if (this.#isTooMuch()) return;
    const message = isBinary ? null : parsePageMessage(String(data));
    if (message === null || (message.say === 'hello') !== (this.#hello === null)) {
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
        if (this.#asked.delete(message.id)) this.#parts.answered(message);
        else this.#dropped += 1;
        break;
      case 'clock':
        this.#clock?.answered(message.id, message.at, this.#parts.micros());
    }
  }

  #isTooMuch(): boolean {
    const second = Math.floor(this.#parts.micros() / 1_000_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond = 0;
    }
    this.#inSecond += 1;
    if (this.#inSecond <= MESSAGES_A_SECOND) return false;
    this.#dropped += 1;
    return true;
  }

  #greet(hello: Hello): void {
    this.#hello = hello;
    this.#clock = createPageClock(hello.at, this.#parts.micros());
    this.#entry = this.#parts.enter(hello);
    this.#say({ say: 'welcome', page: `page_${this.#entry.page}` });
    this.askClock();
    this.#tell();
  }

  /** Entries that came twice, over a reconnect, are kept once. */
  #keep({ entries, last, dropped }: Report): void {
    const now = this.#parts.micros();
    const first = last - entries.length + 1;
    for (const [index, entry] of entries.entries()) {
      if (first + index > this.#entry.acknowledged) {
        this.#parts.tap.keep(this.#entry.page, entry, this.#clock?.map(entry.at, now) ?? now);
      }
    }
    this.#entry.acknowledged = Math.max(this.#entry.acknowledged, last);
    this.#dropped += dropped;
    this.#say({ say: 'acknowledged', last: this.#entry.acknowledged });
    if (dropped > 0) this.#tell();
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
