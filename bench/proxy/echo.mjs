// WebSocket echo: the server that answers each message with itself, and the load on it: as many round trips as there is time for.
import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';

/** What a development server sends about an edit is about as long. */
const MESSAGE = 'x'.repeat(200);
const SOCKETS = 8;

/** Port of a server that echoes, and its end. */
export async function startEcho() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  );
  await once(server, 'listening');
  return { port: server.address().port, end: () => server.close() };
}

/** Round trips a second over SOCKETS sockets, and their milliseconds. */
export async function loadEcho(url, seconds) {
  const times = [];
  const until = performance.now() + seconds * 1e3;
  await Promise.all(Array.from({ length: SOCKETS }, () => roundTrips(url, until, times)));
  times.sort((a, b) => a - b);
  return {
    perSecond: times.length / seconds,
    p50: times[Math.floor(times.length / 2)],
    p99: times[Math.floor(times.length * 0.99)],
    failed: 0,
  };
}

async function roundTrips(url, until, times) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  while (performance.now() < until) {
    const sent = performance.now();
    socket.send(MESSAGE);
    await once(socket, 'message');
    times.push(performance.now() - sent);
  }
  socket.close();
  await once(socket, 'close');
}
