/** The front: whole lines between a client's stdio and the daemon's socket, over the daemon's death too. Imports no package. */
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { FirstAnswers } from '../home/first-answers.ts';
import { createLines } from '../home/lines.ts';
import { type Clock, systemClock } from './clock.ts';
import { firstAnswer } from './first-answers.ts';
import { watchLineage } from './lineage.ts';
import { INVALID_REQUEST, idAtAnEnd, type Message, type RequestId, readFromClient, readMessage } from './message.ts';
import { createSessionMemory } from './session-memory.ts';

export interface FrontParts {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** A connection to the daemon, which is started if there is none, and `starting` called; paused, hello lines through. */
  connect(starting: () => void): Promise<Socket>;
  /** Null when the build's file is not there: then the daemon answers everything. */
  firstAnswers(): FirstAnswers | null;
  parentPid(): number;
  onSignal(end: () => void): void;
  exit(code: number): void;
}

/** A tool's argument may have a mebibyte of text; a line far beyond this is nobody's. The daemon's bound is the same. */
const MOST_LINE_BYTES = 16 * 1_048_576;
const MOST_ANSWER_BYTES = 64 * 1_048_576;
/** Beyond this the client is not read from: so much that its end is seen in good time even when the daemon does not read. */
const MOST_HELD_BYTES = 8 * 1_048_576;
/** For answers under way when the client has closed its end; the front is gone within 500 ms. */
const LAST_ANSWERS_MS = 200;
const LOOK_AT_PARENT_MS = 500;
const DAEMON_LOST = -32_000;
const LOST =
  'the daemon was lost while it worked on this, which may have taken effect. Look before you call again; a new daemon starts by itself';

export function runFront(parts: FrontParts, clock: Clock = systemClock): void {
  const { stdin, stdout } = parts;
  const memory = createSessionMemory();
  /** What came while there was no daemon. */
  let waiting: { readonly message: Message; readonly line: Buffer }[] = [];
  let waitingBytes = 0;
  let socket: Socket | null = null;
  let connecting = false;
  /** The daemon ends: what comes is for the next one, which is looked for when all that is under way has been answered. */
  let moving = false;
  /** While the daemon starts. */
  let answers: FirstAnswers | null = null;
  let ending = false;

  /** A client that does not read holds up the daemon's socket, and its memory stays its own. */
  function toClient(line: string | Buffer): void {
    if (!stdout.write(line, settle)) socket?.pause();
  }

  function answer(
    id: RequestId | null,
    outcome: { error: { code: number; message: string } } | { result: object },
  ): void {
    toClient(`${JSON.stringify({ jsonrpc: '2.0', id, ...outcome })}\n`);
  }

  const fail = (id: RequestId | null, code: number, message: string) => answer(id, { error: { code, message } });

  function fromClient(line: Buffer): void {
    const message = readFromClient(line);
    if (message.kind === 'refused') fail(message.id, message.code, message.why);
    else if (connecting || moving) keep(message, line);
    else if (socket !== null) send(socket, message, line);
    else withoutDaemon(message, line);
    holdUp();
  }

  /** Only a request starts a daemon: a stopped one stays stopped, whatever a client says to itself. */
  function withoutDaemon(message: Message, line: Buffer): void {
    if (message.kind === 'notification') memory.sent(message, line);
    if (message.kind !== 'request') return;
    if (message.method === 'ping') {
      answer(message.id, { result: {} });
      return;
    }
    keep(message, line);
    connecting = true;
    void connect();
  }

  function keep(message: Message, line: Buffer): void {
    if (answeredAtOnce(message, line)) return;
    waiting.push({ message, line });
    waitingBytes += line.length;
  }

  function starting(): void {
    answers ??= parts.firstAnswers();
    for (const { message, line } of takeWaiting()) keep(message, line);
  }

  /** The daemon hears of it by the replay. */
  function answeredAtOnce(message: Message, line: Buffer): boolean {
    const result = answers === null ? null : firstAnswer(message, answers, memory.isInitialized);
    if (result === null || message.kind !== 'request') return false;
    memory.sent(message, line);
    memory.received({ kind: 'answer', id: message.id, ok: true, turnedAway: false });
    answer(message.id, { result });
    return true;
  }

  function send(to: Socket, message: Message, line: Buffer): void {
    if (message.kind !== 'blank' && memory.sent(message, line)) to.write(line);
  }

  async function connect(): Promise<void> {
    try {
      attach(await parts.connect(starting));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      for (const { message } of takeWaiting())
        if (message.kind === 'request') fail(message.id, DAEMON_LOST, `devtool-mcp has no daemon: ${why}`);
    }
    connecting = false;
    answers = null;
    holdUp();
    settle();
  }

  function takeWaiting() {
    const taken = waiting;
    waiting = [];
    waitingBytes = 0;
    return taken;
  }

  function attach(opened: Socket): void {
    socket = opened;
    const lines = createLines(MOST_ANSWER_BYTES, fromDaemon, () => {});
    opened.on('data', (chunk: Buffer) => lines.push(chunk));
    opened.on('drain', holdUp);
    opened.on('error', () => opened.destroy());
    opened.once('close', lose);
    for (const line of memory.replay()) opened.write(line);
    for (const { message, line } of takeWaiting()) send(opened, message, line);
    if (!stdout.writableNeedDrain) opened.resume();
  }

  /** What is no message would break the client's stream, so it ends here. */
  function fromDaemon(line: Buffer): void {
    const message = readMessage(line);
    const isMessage = message.kind !== 'refused' && message.kind !== 'blank';
    if (isMessage && !isForNext(message) && memory.received(message)) toClient(line);
    if (moving && memory.inFlight === 0) socket?.destroy();
    settle();
  }

  function isForNext(message: Message): boolean {
    if (message.kind !== 'answer' || message.id === null || !message.turnedAway) return false;
    const line = memory.turnedAway(message.id);
    if (line === null) return false;
    moving = true;
    keep(readMessage(line), line);
    return true;
  }

  function lose(): void {
    socket = null;
    for (const id of memory.lost()) fail(id, DAEMON_LOST, LOST);
    if (moving) {
      moving = false;
      connecting = true;
      void connect();
    }
    holdUp();
    settle();
  }

  /** Reads from the client as long as somebody takes what it says, and what is said to it. */
  function holdUp(): void {
    const held = waitingBytes + (socket?.writableLength ?? 0);
    if (Math.max(held, stdout.writableLength) > MOST_HELD_BYTES) stdin.pause();
    else if (stdin.isPaused()) stdin.resume();
  }

  /** No more is to come: what is under way may still be answered, for a moment. */
  function finish(): void {
    if (ending) return;
    ending = true;
    clock.after(LAST_ANSWERS_MS, leave);
    settle();
  }

  function settle(): void {
    const underWay = memory.inFlight + waiting.length;
    if (ending && underWay === 0 && stdout.writableLength === 0) leave();
  }

  const leave = () => parts.exit(0);

  const lines = createLines(MOST_LINE_BYTES, fromClient, (long) =>
    fail(
      idAtAnEnd(long),
      INVALID_REQUEST,
      `this line has ${long.bytes} bytes; more than ${MOST_LINE_BYTES} are not read, and nothing of it was used`,
    ),
  );
  stdin.on('data', (chunk: Buffer) => lines.push(chunk));
  stdin.on('end', finish).on('close', finish).on('error', finish);
  stdout.on('drain', () => {
    socket?.resume();
    holdUp();
  });
  stdout.on('error', leave);
  parts.onSignal(finish);

  const clientHasGone = watchLineage(parts.parentPid, process.pid);
  const look = () => {
    if (clientHasGone()) leave();
    else clock.after(LOOK_AT_PARENT_MS, look);
  };
  clock.after(LOOK_AT_PARENT_MS, look);
}
