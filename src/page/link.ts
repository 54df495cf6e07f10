/**
 * The page socket: connects again without end, queues while it is not open, and keeps each entry until the proxy has
 * acknowledged it, so that a restart of either side loses nothing. A page that makes too much is told on, never slowed down.
 */
import {
  clock,
  encode,
  forget,
  later,
  list,
  listenTo,
  lookout,
  min,
  NativeWebSocket,
  quietly,
  record,
  saved,
  sendOn,
  start,
  whenOurs,
} from './natives.ts';
import { type EntryKind, type PageEntry, REPORT_PATH, SOCKET_PATH, TOKEN_PATH, type ToPage } from './protocol.ts';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;
/** Entries wait so long for company. */
const GATHER_MS = 60;
const MOST_QUEUED = 2_000;
const MOST_QUEUED_CHARS = 4_000_000;
/** A message has at most 1 MiB; characters may take three bytes. */
const MOST_MESSAGE_CHARS = 300_000;
/** Then it is told in a few words: a message that is too long would end the connection, again and again. */
const MOST_ENTRY_CHARS = 150_000;
/** Browsers send at most 64 KiB for a page that has gone (Fetch 4.6). */
const MOST_LATE_CHARS = 20_000;

/** Without a prototype: whatever a page gives to all objects is no option of ours. */
const POST = { __proto__: null, method: 'POST', credentials: 'omit', cache: 'no-store' } as RequestInit;

interface Queued {
  readonly number: number;
  readonly text: string;
}

export interface Link {
  report(kind: EntryKind, facts: Readonly<Record<string, unknown>>, at?: number): void;
  /** Else what is reported is dropped, and counted. */
  hasRoom(): boolean;
  /** Sent when the socket is open; for what only counts now. */
  say(message: Readonly<Record<string, unknown>>): void;
  /** Once: until then entries wait. */
  connect(): void;
  /** Whether what is said now is heard. */
  isReady(): boolean;
  /** The page goes: what has not been told is told at once. Of one that may come back the connection ends: nobody is at home. */
  leave(mayComeBack: boolean): void;
  comeBack(): void;
}

export interface LinkParts {
  /** What hello says beside its name. */
  readonly hello: () => Readonly<Record<string, unknown>>;
  readonly heard: (message: ToPage) => void;
}

function tooLarge(facts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const said = facts['message'] ?? facts['text'];
  return { message: `${typeof said === 'string' ? start(said, 2_000) : ''}… (too large to keep)` };
}

export function openLink({ hello, heard }: LinkParts): Link {
  let queue = list<Queued>();
  let chars = 0;
  let last = 0;
  let acknowledged = 0;
  let sent = 0;
  let dropped = lookout.unkept();
  let socket: WebSocket | null = null;
  let isReady = false;
  let isLeaving = false;
  let isAway = false;
  let isDue = false;
  let gathering = 0;
  let attempt = 0;
  let waiting = 0;
  /** Of the connection that is being made or is there; what an earlier one still says is nobody's. */
  let turn = 0;

  const hasRoom = () => queue.length < MOST_QUEUED && chars <= MOST_QUEUED_CHARS;

  function report(kind: EntryKind, facts: Readonly<Record<string, unknown>>, at = clock()): void {
    if (!hasRoom()) {
      dropped += 1;
      return;
    }
    quietly(() => enqueue({ kind, facts, at }));
    if (isLeaving) tellLast();
    else if (isReady && gathering === 0) gathering = later(flush, GATHER_MS);
  }

  function enqueue(entry: PageEntry): void {
    const whole = encode(entry);
    const text = whole.length <= MOST_ENTRY_CHARS ? whole : encode({ ...entry, facts: tooLarge(entry.facts) });
    last += 1;
    queue[queue.length] = { number: last, text };
    chars += text.length;
  }

  /** No timer runs any more, and who listens after us may still have something to say. */
  function tellLast(): void {
    if (isDue) return;
    isDue = true;
    saved.soon(() => {
      isDue = false;
      if (isReady) flush();
      else quietly(sendLate);
    });
  }

  function flush(): void {
    if (gathering !== 0) forget(gathering);
    gathering = 0;
    if (!isReady || socket === null) return;
    for (let i = 0; i < queue.length; ) i = sendFrom(i, socket);
    if (dropped > 0) sendOn(socket, takeReport('', sent));
  }

  /** One message, from place `i` of the queue on; the place behind it. */
  function sendFrom(i: number, to: WebSocket): number {
    const { text, at, number } = gathered(i, sent, MOST_MESSAGE_CHARS);
    if (number > sent) sent = number;
    if (text !== '') sendOn(to, takeReport(text, sent));
    return at;
  }

  /** Entries from place `i` on that come after number `after`, as many as fit; the first in any case. */
  function gathered(i: number, after: number, most: number): { text: string; at: number; number: number } {
    let text = '';
    let number = after;
    let at = i;
    for (; at < queue.length; at++) {
      const next = queue[at];
      if (next === undefined || next.number <= after) continue;
      if (text !== '' && text.length + next.text.length > most) break;
      text += (text === '' ? '' : ',') + next.text;
      number = next.number;
    }
    return { text, at, number };
  }

  function takeReport(entries: string, upTo: number): string {
    const text = `{"say":"report","last":${upTo},"dropped":${dropped},"entries":[${entries}]}`;
    dropped = 0;
    return text;
  }

  const helloText = () => encode({ say: 'hello', version: 1, acknowledged, ...hello() });

  /** A page that is left before its socket is open: the beginning of what it has to say, in a request that outlives it. */
  function sendLate(): void {
    if (queue.length === 0 && dropped === 0) return;
    const { text, number } = gathered(0, acknowledged, MOST_LATE_CHARS);
    // What is too long by itself would not be sent at all.
    if (text.length > MOST_LATE_CHARS) return;
    const headers = record() as Record<string, string>;
    headers['content-type'] = 'application/json';
    const body = `${helloText()}\n${takeReport(text, number)}`;
    const init = { __proto__: null, ...POST, keepalive: true, headers, body } as RequestInit;
    whenOurs(
      saved.nativeFetch(location.origin + REPORT_PATH, init),
      () => {},
      () => {},
    );
  }

  function acknowledge(upTo: number): void {
    if (upTo > acknowledged) acknowledged = min(upTo, last);
    const kept = list<Queued>();
    chars = 0;
    for (let i = 0; i < queue.length; i++) {
      const one = queue[i];
      if (one === undefined || one.number <= acknowledged) continue;
      kept[kept.length] = one;
      chars += one.text.length;
    }
    queue = kept;
  }

  /** Of our own origin, wherever the document's `<base>` leads. */
  /** Of our own origin, wherever the document's `<base>` leads. */
  function connect(): void {
    if (isAway) return;
    turn += 1;
    const mine = turn;
    const failed = () => again(mine);
    try {
      const take = (answer: Response) => {
        if (saved.isOk(answer)) whenOurs(saved.bodyOf(answer), (token) => quietly(() => open(token, mine)), failed);
        else failed();
      };
      whenOurs(saved.nativeFetch(location.origin + TOKEN_PATH, POST), take, failed);
    } catch {
      failed();
    }
  }

  function open(token: string, mine: number): void {
    if (mine !== turn) return;
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const opened = new NativeWebSocket(`${scheme}://${location.host}${SOCKET_PATH}?token=${token}`);
    socket = opened;
    listenTo(opened, 'open', () => sendOn(opened, helloText()));
    listenTo(opened, 'message', (event) =>
      quietly(() => {
        if (mine === turn) hear(saved.parse(saved.dataOf(event as MessageEvent) as string));
      }),
    );
    listenTo(opened, 'close', () => again(mine));
  }

  function hear(message: ToPage): void {
    if (message.say === 'welcome') {
      attempt = 0;
      isReady = true;
      // What was sent on a connection that closed may have been lost.
      sent = acknowledged;
      flush();
    }
    if (message.say === 'acknowledged') acknowledge(message.last);
    heard(message);
  }

  function again(mine: number): void {
    if (mine !== turn || isAway) return;
    socket = null;
    isReady = false;
    const wait = min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** min(attempt, 10));
    attempt += 1;
    waiting = later(connect, wait * (0.5 + saved.random() / 2));
  }

  return {
    report,
    hasRoom,
    connect() {
      if (turn === 0) connect();
    },
    isReady: () => isReady,
    say(message) {
      if (isReady && socket !== null) sendOn(socket, encode(message));
    },
    leave(mayComeBack) {
      flush();
      if (!isReady) quietly(sendLate);
      isLeaving = true;
      if (!mayComeBack) return;
      isAway = true;
      isReady = false;
      turn += 1;
      forget(waiting);
      if (socket !== null) saved.closeSocket(socket);
      socket = null;
    },
    comeBack() {
      isLeaving = false;
      isAway = false;
      attempt = 0;
      connect();
    },
  };
}
