/**
 * The page socket: connects again without end, queues while it is not open, and keeps each entry until the proxy has
 * acknowledged it, so that a restart of either side loses nothing. A page that makes too much is told on, never slowed down.
 */
import {
  bodyOf,
  closeSocket,
  dataOf,
  encode,
  encodePart,
  forget,
  isOk,
  later,
  list,
  listenTo,
  max,
  min,
  NativeWebSocket,
  nativeFetch,
  now,
  parse,
  quietly,
  random,
  record,
  sendOn,
  whenOurs,
} from './natives.ts';
import { type EntryKind, SOCKET_PATH, TOKEN_PATH, type ToPage } from './protocol.ts';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;
/** Entries wait so long for company. */
const GATHER_MS = 60;
const MOST_QUEUED = 2_000;
const MOST_QUEUED_CHARS = 4_000_000;
/** A message has at most 1 MiB; characters may take three bytes. */
const MOST_MESSAGE_CHARS = 300_000;

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
  /** Sends at once what has been gathered: before the page goes. */
  flush(): void;
  close(): void;
}

export interface LinkParts {
  /** What hello says beside its name. */
  readonly hello: () => Readonly<Record<string, unknown>>;
  readonly heard: (message: ToPage) => void;
}

export function openLink({ hello, heard }: LinkParts): Link {
  let queue = list<Queued>();
  let chars = 0;
  let last = 0;
  let acknowledged = 0;
  let sent = 0;
  let dropped = 0;
  let socket: WebSocket | null = null;
  let isReady = false;
  let gathering = 0;
  let attempt = 0;
  let isClosed = false;

  const hasRoom = () => queue.length < MOST_QUEUED && chars <= MOST_QUEUED_CHARS;

  function report(kind: EntryKind, facts: Readonly<Record<string, unknown>>, at = now()): void {
    if (!hasRoom()) {
      dropped += 1;
      return;
    }
    const text = encode(record({ kind, at, facts }));
    last += 1;
    queue[queue.length] = { number: last, text };
    chars += text.length;
    if (gathering === 0) gathering = later(flush, GATHER_MS);
  }

  function flush(): void {
    if (gathering !== 0) forget(gathering);
    gathering = 0;
    if (!isReady || socket === null) return;
    for (let i = 0; i < queue.length; ) i = sendFrom(i, socket);
    if (dropped > 0) sendReport(socket, '');
  }

  /** One message, from place `i` of the queue on; the place behind it. */
  function sendFrom(i: number, to: WebSocket): number {
    let text = '';
    let at = i;
    for (; at < queue.length; at++) {
      const next = queue[at];
      if (next === undefined || next.number <= sent) continue;
      if (text !== '' && text.length + next.text.length > MOST_MESSAGE_CHARS) break;
      text += (text === '' ? '' : ',') + next.text;
      sent = next.number;
    }
    if (text !== '') sendReport(to, text);
    return at;
  }

  function sendReport(to: WebSocket, entries: string): void {
    sendOn(to, `{"say":"report","last":${sent},"dropped":${dropped},"entries":[${entries}]}`);
    dropped = 0;
  }

  function acknowledge(upTo: number): void {
    acknowledged = max(acknowledged, min(upTo, last));
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

  function connect(): void {
    if (isClosed) return;
    try {
      // Without a prototype: whatever a page gives to all objects is no option of ours.
      const init = record({ method: 'POST', credentials: 'omit', cache: 'no-store', keepalive: false });
      whenOurs(nativeFetch(TOKEN_PATH, init), (answer) => take(answer), again);
    } catch {
      again();
    }
  }

  function take(answer: Response): void {
    if (isOk(answer)) whenOurs(bodyOf(answer), open, again);
    else again();
  }

  function open(token: string): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const opened = new NativeWebSocket(`${scheme}://${location.host}${SOCKET_PATH}?token=${encodePart(token)}`);
    socket = opened;
    listenTo(opened, 'open', () =>
      sendOn(opened, encode(record({ say: 'hello', version: 1, acknowledged, ...hello() }))),
    );
    listenTo(opened, 'message', (event) => quietly(() => hear(parse(dataOf(event as MessageEvent) as string))));
    listenTo(opened, 'close', () => {
      if (socket === opened) again();
    });
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

  function again(): void {
    socket = null;
    isReady = false;
    if (isClosed) return;
    const wait = min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** min(attempt, 10));
    attempt += 1;
    later(connect, wait * (0.5 + random() / 2));
  }

  connect();
  return {
    report,
    hasRoom,
    flush,
    say(message) {
      if (isReady && socket !== null) sendOn(socket, encode(record(message)));
    },
    close() {
      isClosed = true;
      if (socket !== null) closeSocket(socket);
    },
  };
}
