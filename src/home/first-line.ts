/** Reads one line from a socket and leaves the rest for whoever comes next. */
import type { Socket } from 'node:net';

/** The line without its newline; null when the socket ends or `mostBytes` have come before one. The socket is paused then. `heard`: bytes so far. */
export function firstLine(
  socket: Socket,
  mostBytes: number,
  heard: (bytes: number) => void = () => {},
): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    const done = (line: string | null, rest?: Buffer) => {
      socket.pause();
      socket.off('data', onData).off('close', onClose).off('end', onClose);
      if (rest !== undefined && rest.length > 0) socket.unshift(rest);
      resolve(line);
    };
    const onData = (chunk: Buffer) => {
      const at = chunk.indexOf(10);
      const part = at < 0 ? chunk : chunk.subarray(0, at);
      length += part.length;
      chunks.push(part);
      heard(length);
      if (length > mostBytes) done(null);
      else if (at >= 0) done(Buffer.concat(chunks).toString('utf8'), chunk.subarray(at + 1));
    };
    const onClose = () => done(null);
    socket.on('data', onData).on('close', onClose).on('end', onClose).resume();
  });
}
