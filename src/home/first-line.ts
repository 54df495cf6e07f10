/** Reads one line from a socket and leaves the rest for whoever comes next. */
import type { Socket } from 'node:net';

/** The line without its newline; null when the socket ends or `mostBytes` have come before one. The socket is paused then. */
export function firstLine(socket: Socket, mostBytes: number): Promise<string | null> {
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
      length += chunk.length;
      if (at < 0) {
        chunks.push(chunk);
        if (length > mostBytes) done(null);
        return;
      }
      done(Buffer.concat([...chunks, chunk.subarray(0, at)]).toString('utf8'), chunk.subarray(at + 1));
    };
    const onClose = () => done(null);
    socket.on('data', onData).on('close', onClose).on('end', onClose).resume();
  });
}
