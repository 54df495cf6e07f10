/** The front: whole lines between a client's stdio and the daemon's socket, over the daemon's death too. Imports no package. */
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { createLines } from './lines.ts';
import { createSessionMemory, type Message, type RequestId } from './session-memory.ts';

export interface FrontParts {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** A connection to the daemon, which is started if there is none; paused, hello lines through. */
  connect(): Promise<Socket>;
  /** The present parent: another one than at the start means that the client's side is dead. */
  parentPid(): number;
  onSignal(end: () => void): void;
  exit(code: number): void;
}

/** A tool's argument may be large; a line beyond this is nobody's. */
const MOST_LINE_BYTES = 64 * 1_048_576;
/** For answers under way when the client has closed its end. */
const LAST_ANSWERS_MS = 400;
const PARENT_EVERY_MS = 500;
const PARSE_ERROR = -32_700;
const DAEMON_LOST = -32_000;

export function runFront(parts: FrontParts): void {
  const { stdin, stdout } = parts;
  const memory = createSessionMemory();
  let socket: Socket | null = null;
  let connecting: Promise<void> | null = null;
  let ending = false;

  const toClient = (line: string | Buffer) => {
    // A client that does not read holds up the daemon's socket, and its memory stays its own.
    if (!stdout.write(line) && socket !== null) socket.pause();
  };
  const fail = (id: RequestId | null, code: number, message: string) =>
    toClient(`${JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } })}\n`);

  function toDaemon(line: Buffer): void {
    const message = parse(line);
    if (message === null)
      return fail(null, PARSE_ERROR, 'this line is no JSON; MCP on stdio is one JSON-RPC message a line');
    if (socket !== null) return send(socket, message, line);
    waiting.push({ message, line });
    connecting ??= connect();
  }

  function send(to: Socket, message: Message, line: Buffer): void {
    memory.sent(message, line);
    if (!to.write(Buffer.concat([line, NEWLINE]))) stdin.pause();
  }

  /** Lines that came while there was no daemon. */
  const waiting: { readonly message: Message; readonly line: Buffer }[] = [];

  async function connect(): Promise<void> {
    try {
      const opened = await parts.connect();
      attach(opened);
      for (const line of memory.replay()) opened.write(line);
      for (const { message, line } of waiting.splice(0)) send(opened, message, line);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      for (const { message } of waiting.splice(0)) {
        if (isRequest(message)) fail(message.id, DAEMON_LOST, `devtool-mcp cannot start: ${why}`);
      }
    } finally {
      connecting = null;
      if (ending && underWay() === 0) leave();
    }
  }

  const underWay = () => memory.inFlight + waiting.filter(({ message }) => isRequest(message)).length;

  function attach(opened: Socket): void {
    socket = opened;
    const lines = createLines(MOST_LINE_BYTES, fromDaemon, () => {});
    opened.on('data', (chunk: Buffer) => lines.push(chunk));
    opened.on('drain', () => stdin.resume());
    opened.on('error', () => opened.destroy());
    opened.once('close', () => lose(opened));
    opened.resume();
  }

  function fromDaemon(line: Buffer): void {
    const message = parse(line);
    if (message !== null && memory.received(message)) toClient(Buffer.concat([line, NEWLINE]));
    if (ending && underWay() === 0) leave();
  }

  function lose(lost: Socket): void {
    if (socket !== lost) return;
    socket = null;
    stdin.resume();
    const why =
      'the daemon was lost while it worked on this; it may have taken effect. Look before you call again; a new daemon starts by itself';
    for (const id of memory.lost()) fail(id, DAEMON_LOST, why);
    if (ending) leave();
  }

  /** No more is to come: what is under way may still be answered, for a moment. */
  function finish(): void {
    if (ending) return;
    ending = true;
    clearInterval(watchdog);
    if (underWay() === 0) leave();
    else setTimeout(leave, LAST_ANSWERS_MS);
  }

  function leave(): void {
    socket?.destroy();
    // What was written is in the pipe, or nobody reads it.
    parts.exit(0);
  }

  const lines = createLines(MOST_LINE_BYTES, toDaemon, (bytes) =>
    fail(
      null,
      PARSE_ERROR,
      `this line has ${bytes} bytes, more than the ${MOST_LINE_BYTES} that are read; nothing of it was used`,
    ),
  );
  stdin.on('data', (chunk: Buffer) => lines.push(chunk));
  stdin.on('end', finish).on('close', finish).on('error', finish);
  stdout.on('drain', () => socket?.resume());
  stdout.on('error', () => leave());
  parts.onSignal(finish);
  const parent = parts.parentPid();
  const watchdog = setInterval(() => {
    if (parts.parentPid() !== parent) leave();
  }, PARENT_EVERY_MS);
}

const isRequest = (message: Message): message is Message & { readonly id: RequestId } =>
  typeof message.method === 'string' && (typeof message.id === 'string' || typeof message.id === 'number');

const NEWLINE = Buffer.from('\n');

function parse(line: Buffer): Message | null {
  try {
    const message: unknown = JSON.parse(line.toString('utf8'));
    return typeof message === 'object' && message !== null ? message : null;
  } catch {
    return null;
  }
}
