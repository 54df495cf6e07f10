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
    httpStatus(url, 60_000, signal).then(({ words }) => order.push(`long: ${words}`)),
    httpStatus(url, 20, signal).then(({ words }) => order.push(`short: ${words}`)),
  ]);
  expect(order).toEqual(['short: no answer in time', 'long: no answer in time']);
});

test('the status is known before the body, which is not read', async () => {
  const port = await listening(createHttpServer((_, reply) => reply.writeHead(503).write('begun')));
  expect(await httpStatus(`http://127.0.0.1:${port}/`, 30_000, signal)).toEqual({ status: 503, words: 'status 503' });
});

test('a dev server may sign its own certificate', async () => {
  const port = await listening(createHttpsServer(SELF_SIGNED, (_, reply) => reply.end()));
  expect(await httpStatus(`https://127.0.0.1:${port}/`, 30_000, signal)).toMatchObject({ status: 200 });
});

test('why there is no answer', async () => {
  const said = async (url: string, until = signal) => {
    const { status, words } = await httpStatus(url, 30_000, until);
    expect(status).toBeNull();
    return words;
  };
  const plain = await listening(createHttpServer((_, reply) => reply.end()));
  const secure = await listening(createHttpsServer(SELF_SIGNED, (_, reply) => reply.end()));
  const rude = await listening(createServer((socket) => socket.once('data', () => socket.destroy())));
  const other = await listening(createServer((socket) => socket.end('SSH-2.0-x\r\n')));
  expect(await said('http://127.0.0.1:1/')).toBe('refused: nobody listens there');
  expect(await said('http://127.0.0.1:1/', AbortSignal.abort())).toBe('no answer in time');
  expect(await said(`https://127.0.0.1:${plain}/`)).toBe('no TLS is spoken there');
  expect(await said(`http://127.0.0.1:${secure}/`)).toMatch(
    /^(?:no HTTP is spoken there|the connection was cut before an answer)$/,
  );
  expect(await said(`http://127.0.0.1:${rude}/`)).toBe('the connection was cut before an answer');
  expect(await said(`http://127.0.0.1:${other}/`)).toBe('no HTTP is spoken there');
});
