// What the machine itself costs beside the crowd: a client in a process of its own that asks a bare echo server in another, all the
// while. Forked with a socket's path: the server; with a second word: the client, which answers each message with what it has measured.
import { createConnection, createServer } from 'node:net';

const [path, isClient] = process.argv.slice(2);
const BETWEEN_MS = 10;

function serve() {
  const server = createServer((socket) => socket.pipe(socket).on('error', () => {}));
  server.listen(path, () => process.send('listens'));
}

async function ask() {
  const socket = createConnection(path);
  let took = [];
  process.on('message', () => {
    process.send(took);
    took = [];
  });
  process.send('asks');
  for (;;) {
    const begun = performance.now();
    socket.write('{"ping":1}\n');
    await new Promise((resolve) => socket.once('data', resolve));
    took.push(performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
}

process.on('disconnect', () => process.exit(0));
if (isClient === undefined) serve();
else void ask();
