// A client of the daemon's socket without a front between: hundreds of them fit into one process.
import { createConnection } from 'node:net';

export const helloOf = (cwd, pid = 1) =>
  `${JSON.stringify({ devtool_mcp: { version: '0.1.0', cwd, pid, env: { PATH: process.env.PATH }, role: 'front' } })}\n`;

const message = (fields) => `${JSON.stringify({ jsonrpc: '2.0', ...fields })}\n`;
export const callLine = (id, name, args) => message({ id, method: 'tools/call', params: { name, arguments: args } });
export const INITIALIZE =
  message({
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'crowd', version: '1' } },
  }) + message({ method: 'notifications/initialized' });

/** Where the queue of those who come in is full, the system says so (EAGAIN, unix(7)): then again, as a front does. */
export async function rawSocket(path) {
  for (;;) {
    const socket = createConnection(path);
    // Who is closed in the middle hears of it by 'close'; each piece that waits to be taken listens for that.
    socket.on('error', () => {}).setMaxListeners(0);
    const why = await new Promise((resolve) => {
      socket.once('connect', () => resolve(null)).once('error', resolve);
    });
    socket.on('error', () => {});
    if (why === null) return socket;
    if (why.code !== 'EAGAIN') throw why;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** One that reads its answers: `call` resolves with the result, or null when the connection is lost. */
export async function rawClient(path, cwd, pid) {
  const socket = await rawSocket(path);
  const pending = new Map();
  let rest = '';
  let lastId = 0;
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const { id, result, error } = JSON.parse(line);
      pending.get(id)?.(result ?? { error });
      pending.delete(id);
    }
  });
  socket.on('close', () => {
    for (const settle of pending.values()) settle(null);
  });
  const asked = (id, line) =>
    new Promise((resolve) => {
      if (socket.destroyed) return resolve(null);
      pending.set(id, resolve);
      socket.write(line);
    });
  const opened = asked(0, helloOf(cwd, pid) + INITIALIZE);
  if ((await opened) === null) throw new Error('the daemon refused a connection');
  return {
    socket,
    call: (name, args) => asked(++lastId, callLine(lastId, name, args)),
  };
}
