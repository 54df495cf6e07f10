// A reverse proxy as one writes it in Node: a request in, the same request out over an agent that keeps connections, bodies piped.
// It logs nothing. `node node-proxy.mjs http://127.0.0.1:PORT` listens on a free loopback port and prints it.
import { Agent, createServer, request } from 'node:http';

const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

const target = new URL(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 512 });

/** What goes on to the other side: all but the fields that belong to one connection (RFC 9110 §7.6.1). */
function endToEnd(headers) {
  const kept = { ...headers };
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  for (const name of [...HOP_BY_HOP, ...named]) delete kept[name];
  return kept;
}

function fail(reply) {
  if (reply.headersSent) reply.destroy();
  else reply.writeHead(502).end();
}

const server = createServer((incoming, reply) => {
  const outgoing = request({
    host: target.hostname,
    port: target.port,
    method: incoming.method,
    path: incoming.url,
    headers: endToEnd(incoming.headers),
    agent,
  });
  outgoing.on('response', (answer) => {
    reply.writeHead(answer.statusCode, endToEnd(answer.headers));
    answer.pipe(reply);
    answer.on('error', () => reply.destroy());
  });
  outgoing.on('error', () => fail(reply));
  reply.on('close', () => {
    if (!reply.writableFinished) outgoing.destroy();
  });
  incoming.pipe(outgoing);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
