import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { httpStatus } from '../../src/daemon/http-status.ts';
import { SELF_SIGNED } from '../proxy/certificate.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();
const { signal } = new AbortController();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('a server that takes the connection and never answers costs no more than the time that is left', async () => {
  const port = await listening(createServer());
  const url = `http://127.0.0.1:${port}/`;
  const order: string[] = [];
  await Promise.all([
    httpStatus(url, 60_000, signal).then((status) => order.push(`long ${status}`)),
    httpStatus(url, 20, signal).then((status) => order.push(`short ${status}`)),
  ]);
  expect(order).toEqual(['short null', 'long null']);
});

test('the status is known before the body, which is not read', async () => {
  const port = await listening(createHttpServer((_, reply) => reply.writeHead(503).write('begun')));
  expect(await httpStatus(`http://127.0.0.1:${port}/`, 30_000, signal)).toBe(503);
});

test('a dev server may sign its own certificate', async () => {
  const port = await listening(createHttpsServer(SELF_SIGNED, (_, reply) => reply.end()));
  expect(await httpStatus(`https://127.0.0.1:${port}/`, 30_000, signal)).toBe(200);
});

test('nobody there, or a wait that was cancelled: null', async () => {
  expect(await httpStatus('http://127.0.0.1:1/', 30_000, signal)).toBe(null);
  expect(await httpStatus('http://127.0.0.1:1/', 30_000, AbortSignal.abort())).toBe(null);
});
