/** One front's or command line's session: MCP on its connection, until that closes. */
import type { Socket } from 'node:net';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { FrontHello } from '../home/hello.ts';
import { turnAway } from '../home/turned-away.ts';
import type { Autostart } from '../tools/autostart.ts';
import type { Workbench } from '../tools/workbench.ts';
import { createComplaints } from './complaints.ts';
import type { Holdings } from './holdings.ts';
import type { Lifetime } from './lifetime.ts';
import { createListened } from './listened.ts';
import type { Log } from './log.ts';
import { MOST_WATCHED, mcpServer } from './mcp.ts';
import type { Turns } from './turns.ts';
import { wholeLines } from './whole-lines.ts';

export interface FrontSessionParts {
  readonly workbench: Workbench;
  readonly lifetime: Lifetime;
  readonly holdings: Holdings;
  readonly turns: Turns;
  /** Monotonic milliseconds. */
  now(): number;
  readonly autostart: Autostart;
  /** The daemon begins to end: what is under way is still answered. */
  isEnding(): boolean;
  readonly log: Log;
}

/** A line of MCP may carry a large argument; the front refuses what is longer. */
const MOST_LINE_BYTES = 16 * 1_048_576;

/** `socket` has exchanged its hello lines already. */
export function serveFront(hello: FrontHello, socket: Socket, parts: FrontSessionParts): void {
  const { workbench, lifetime, autostart, holdings, now, log } = parts;
  const used = new Set<string>();
  const ends = hello.role === 'onlooker' ? [] : [lifetime.joined(hello.cwd, used)];
  const owner = { env: hello.env, name: `autostart (pid ${hello.pid})` };
  const attend = (directory: string): void => {
    used.add(directory);
    workbench.learn(directory);
    // A command of a person at a shell is no reason to start anything else.
    if (hello.role === 'front') autostart.attended(directory, owner);
  };
  workbench.learn(hello.cwd);
  if (hello.role === 'front') setImmediate(() => autostart.attended(hello.cwd, owner));
  const name = `front ${hello.pid}`;
  const close = () => socket.destroy();
  const complaints = createComplaints(name, now, log, close);
  const { lines, held } = wholeLines({
    connection: socket,
    turns: parts.turns.place(),
    mostBytes: MOST_LINE_BYTES,
    answerInstead: (line) => (hello.role === 'front' && parts.isEnding() ? turnAway(line) : null),
    onRefused: complaints.say,
    onBytes: holdings.came,
  });
  const transport = new StdioServerTransport(lines, socket, { maxBufferSize: 2 * MOST_LINE_BYTES });
  // One waits for each answer that a client which does not read leaves unsent.
  socket.setMaxListeners(0);
  const calls = { underWay: 0 };
  ends.push(holdings.watch({ name, bytes: held, calls: () => calls.underWay, close }));
  const connection = {
    version: __VERSION__,
    cwd: hello.cwd,
    env: hello.env,
    from: `pid ${hello.pid}`,
    attend,
    calls,
    takes: () => !socket.writableNeedDrain,
  };
  const listened = createListened(MOST_WATCHED);
  const served = serveStdio(
    ({ era }) =>
      mcpServer(
        { ...connection, updates: era === 'modern' ? listened : 'subscribed', onClose: (stop) => ends.push(stop) },
        workbench,
      ),
    { transport, onerror: (error) => complaints.say(error.message) },
  );
  see(transport, (message) => {
    if ('method' in message && message.method === 'notifications/cancelled')
      listened.ended(message.params?.['requestId']);
    // Who listened to nothing may be waiting for long.
    if ('id' in message && listened.began(message.id, message)) workbench.processes.changes.announce();
  });
  socket.on('close', () => {
    for (const stop of ends) stop();
    void served.close().catch(() => {});
  });
}

type Message = Parameters<NonNullable<StdioServerTransport['onmessage']>>[0];

/** Before whoever serves the transport gets it. */
function see(transport: StdioServerTransport, look: (message: Message) => void): void {
  const { onmessage } = transport;
  transport.onmessage = (message) => {
    look(message);
    onmessage?.(message);
  };
}
