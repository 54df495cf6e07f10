// A reverse proxy by the library `httpxy`, which Vite-like servers use: over an agent that keeps connections, upgrades too, without a log.
// `node httpxy-proxy.mjs http://127.0.0.1:PORT` listens on a free loopback port and prints it.
import { Agent, createServer } from 'node:http';
import { createProxyServer } from 'httpxy';

const agent = new Agent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 512 });
const proxy = createProxyServer({ target: process.argv[2], agent });
const server = createServer((request, reply) => proxy.web(request, reply));
server.on('upgrade', (request, socket, head) => proxy.ws(request, socket, {}, head));
proxy.on('error', (_error, _request, reply) => reply?.destroy());
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
