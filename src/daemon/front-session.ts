/** One front's or command line's session: MCP on its connection, until that closes. */
import type { Socket } from 'node:net';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { FrontHello } from '../home/hello.ts';
import type { Workbench } from '../tools/workbench.ts';
import type { Lifetime } from './lifetime.ts';
import type { Log } from './log.ts';
import { mcpServer } from './mcp.ts';
import { limitUnsent } from './unsent.ts';
import { wholeLines } from './whole-lines.ts';

export interface FrontSessionParts {
  readonly workbench: Workbench;
  readonly lifetime: Lifetime;
  readonly log: Log;
}

/** A line of MCP may carry a large argument; the tools refuse what is too large with a clear error. */
const MOST_LINE_BYTES = 64 * 1_048_576;

/** `socket` has exchanged its hello lines already. */
export function serveFront(hello: FrontHello, socket: Socket, { workbench, lifetime, log }: FrontSessionParts): void {
  const used = new Set<string>();
  const ends = hello.role === 'onlooker' ? [] : [lifetime.joined(hello.cwd, used)];
  const lines = wholeLines(socket, MOST_LINE_BYTES, (bytes) =>
    log(`front ${hello.pid}: a line of ${bytes} bytes was dropped`),
  );
  const transport = new StdioServerTransport(lines, socket, { maxBufferSize: 2 * MOST_LINE_BYTES });
  // One waits for each answer that a client which does not read leaves unsent.
  socket.setMaxListeners(0);
  ends.push(limitUnsent(socket, log));
  const connection = { version: __VERSION__, cwd: hello.cwd, env: hello.env, from: `pid ${hello.pid}`, used };
  const served = serveStdio(
    ({ era }) =>
      mcpServer(
        { ...connection, updates: era === 'modern' ? 'all' : 'subscribed', onClose: (stop) => ends.push(stop) },
        workbench,
      ),
    { transport, onerror: (error) => log(`front ${hello.pid}: ${error.message}`) },
  );
  socket.on('close', () => {
    for (const stop of ends) stop();
    void served.close().catch(() => {});
  });
}
