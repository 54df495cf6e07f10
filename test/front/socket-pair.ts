/** Two ends of one Unix socket in this process. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SocketPair {
  readonly near: Socket;
  readonly far: Socket;
  close(): Promise<void>;
}

/** Both ends are paused until somebody reads. */
export async function socketPair(): Promise<SocketPair> {
  const directory = mkdtempSync(join(tmpdir(), 'dtm-pair-'));
  const server = createServer({ pauseOnConnect: true }).listen(join(directory, 's'));
  await once(server, 'listening');
  const near = createConnection(join(directory, 's'));
  const [far]: Socket[] = await once(server, 'connection');
  if (far === undefined) throw new Error('nobody connected');
  await (near.connecting ? once(near, 'connect') : null);
  server.close();
  rmSync(directory, { recursive: true, force: true });
  for (const end of [near, far]) end.on('error', () => {});
  return {
    near,
    far,
    async close() {
      const closed = [near, far].filter((end) => !end.closed).map((end) => once(end, 'close'));
      near.destroy();
      far.destroy();
      await Promise.all(closed);
    },
  };
}
