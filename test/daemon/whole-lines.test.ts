import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { thrifty } from '../../src/daemon/thrifty-socket.ts';
import { wholeLines } from '../../src/daemon/whole-lines.ts';
import { type SocketPair, socketPair } from '../front/socket-pair.ts';
import { until } from '../front/until.ts';
import { loopTurns } from './loop-turns.ts';

const pairs: SocketPair[] = [];
afterEach(async () => {
  for (const pair of pairs.splice(0)) await pair.close();
});

async function connection(mostBytes = 1_000_000) {
  const { near, far, close } = await socketPair();
  const server = thrifty(far);
  server.on('error', () => {});
  pairs.push({
    near,
    far: server,
    async close() {
      await close();
      server.destroy();
      if (!server.closed) await once(server, 'close');
    },
  });
  const refused: string[] = [];
  const { lines, held } = wholeLines({
    connection: server,
    turns: loopTurns().place(),
    mostBytes,
    onRefused: (why) => refused.push(why),
  });
  return { client: near, server, lines, held, refused };
}

/** Answers each line with `bytes` of them. */
function answerEach(lines: Readable, server: Socket, bytes: number): { answered: number } {
  const count = { answered: 0 };
  lines.on('data', () => {
    count.answered += 1;
    server.write('x'.repeat(bytes));
  });
  return count;
}

test('each line is one chunk, however it came; one that would cost too much is reported and dropped', async () => {
  const { client, lines, refused } = await connection();
  const chunks: string[] = [];
  lines.on('data', (chunk) => chunks.push(String(chunk)));
  const big = `${'ü'.repeat(300_000)}\n`;
  for (const byte of Buffer.from('one\ntwo\n')) client.write(Buffer.from([byte]));
  for (const part of [big, `${'x'.repeat(1_000_000)}\n`, `[${'[],'.repeat(60_000)}[]]\n`, 'three\nfour\nfive'])
    client.write(part);
  client.end();
  await once(lines, 'end');
  expect(chunks).toEqual(['one\n', 'two\n', big, 'three\n', 'four\n']);
  expect(refused).toEqual(['a line of 1000001 bytes was dropped', 'a line of more than 50000 values was dropped']);
});

test('a client that does not take its answers is not heard until it does; then it has all of them', async () => {
  const { client, server, lines, held } = await connection();
  const [requests, bytes] = [3_000, 10_000];
  const count = answerEach(lines, server, bytes);
  client.pause();
  client.write('request\n'.repeat(requests));
  await until('its answers wait', () => server.writableNeedDrain);
  const { answered } = count;
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
  expect(count.answered).toBe(answered);
  const room = 16_384;
  expect(server.writableLength).toBeLessThan(room + 2 * bytes);
  expect(held()).toBeGreaterThan(server.writableLength);
  // One read of what was sent, and nothing that was read ahead.
  expect(held() - server.writableLength).toBeLessThanOrEqual(room);
  expect(server.bytesRead).toBeLessThan(requests * 8);
  let taken = 0;
  client.on('data', (chunk) => {
    taken += chunk.length;
  });
  client.resume();
  await until('it has all', () => taken === requests * bytes);
  expect(held()).toBe(0);
});

test('who leaves with answers untaken leaves nothing that waits', async () => {
  const { client, server, lines } = await connection();
  const count = answerEach(lines, server, 1_000_000);
  client.pause();
  client.write('request\n'.repeat(1_000));
  await until('its answers wait', () => server.writableNeedDrain);
  client.destroy();
  await until('the connection is closed', () => server.closed);
  await until('nobody listens any more', () => server.listenerCount('drain') === 0);
  const { answered } = count;
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
  expect(count.answered).toBe(answered);
  expect(answered).toBeLessThan(10);
});

test('lines that nobody reads hold up who writes', async () => {
  const { client, server, lines } = await connection();
  client.write('x'.repeat(99).concat('\n').repeat(200_000));
  await until('some have come', () => lines.readableLength > 0);
  for (let turn = 0; turn < 1_000; turn++) await new Promise(setImmediate);
  expect(lines.readableLength + server.readableLength).toBeLessThan(100_000);
  expect(client.writableLength).toBeGreaterThan(10_000_000);
});
