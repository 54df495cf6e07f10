import { createHash } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { readRoom } from '../../src/proxy/read-room.ts';

/** A connection that reads into the room, and who sends to it. */
async function openReader(take: (chunk: Buffer) => void): Promise<{ socket: Socket; sender: Socket }> {
  const server = createServer({ noDelay: true });
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const socket = connect({ host: '127.0.0.1', port, onread: readRoom(take) });
  const sender = await accepted;
  onTestFinished(() => {
    socket.destroy();
    sender.destroy();
    server.close();
  });
  return { socket, sender };
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test('a piece that is kept stays what it was, whatever other sockets read', async () => {
  const kept: { text: string; chunk: Buffer }[] = [];
  let wake = () => {};
  const take = (chunk: Buffer) => {
    kept.push({ text: chunk.toString('latin1'), chunk });
    wake();
  };
  const readers = await Promise.all([openReader(take), openReader(take)]);
  for (let i = 0; i < 40; i++) {
    const before = kept.length;
    const come = new Promise<void>((resolve) => {
      wake = resolve;
    });
    readers[i % 2]?.sender.write(`piece ${i} of ${'x'.repeat(i * 300)}`);
    if (kept.length === before) await come;
  }
  expect(kept.map(({ chunk }) => chunk.toString('latin1'))).toEqual(kept.map(({ text }) => text));
});

test('bytes in bulk come whole, and what is kept of them is not written again', async () => {
  const whole = Buffer.alloc(6 << 20);
  for (let at = 0; at < whole.length; at += 4) whole.writeUInt32LE(at, at);
  const kept: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve) => {
    void openReader((chunk) => {
      kept.push(chunk);
      length += chunk.length;
      if (length === whole.length) resolve();
    }).then(({ sender }) => sender.write(whole));
  });
  expect(digest(Buffer.concat(kept))).toBe(digest(whole));
  // Some of them were large: both ways were gone.
  expect(kept.some((chunk) => chunk.length > 16_384)).toBe(true);
});

test('a pause leaves the bytes with the system', async () => {
  let length = 0;
  let wake = () => {};
  const { socket, sender } = await openReader((chunk) => {
    length += chunk.length;
    wake();
  });
  const whole = Buffer.alloc(8 << 20, 'x');
  socket.pause();
  const flushed = new Promise<void>((resolve) => sender.write(whole, () => resolve()));
  const come = new Promise<void>((resolve) => {
    wake = () => {
      if (length === whole.length) resolve();
    };
  });
  expect(
    await Promise.race([flushed.then(() => 'taken'), new Promise((resolve) => setImmediate(() => resolve('held')))]),
  ).toBe('held');
  socket.resume();
  await come;
});
