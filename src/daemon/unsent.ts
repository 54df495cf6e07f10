/** A client that does not read its answers costs the daemon memory: up to a limit, then its connection. */
import type { Socket } from 'node:net';

const MOST_UNSENT_BYTES = 64 * 1_048_576;
const LOOK_EVERY_MS = 1_000;

/** Watches until the function returned is called. */
export function limitUnsent(socket: Socket, log: (line: string) => void): () => void {
  const timer = setInterval(() => {
    if (socket.writableLength <= MOST_UNSENT_BYTES) return;
    log(`a connection was closed: ${socket.writableLength} bytes of answers were not read`);
    socket.destroy();
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
