import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { AcceptedSocket } from '../../src/proxy/accepted-socket.ts';

/** Both ends of a connection. */
async function openPair() {
  const server = createServer({ pauseOnConnect: true });
  const accepted = new Promise<AcceptedSocket>((resolve) =>
    server.once('connection', (socket) => resolve(new AcceptedSocket(socket))),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const far = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  const near = await accepted;
  onTestFinished(async () => {
    far.destroy();
    near.socket.destroy();
    // Nothing of what was accepted first is left with it.
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return { near, far };
}

/** What a reader was given, and a wait for so much of it. */
function gathering() {
  let text = '';
  let check = () => {};
  return {
    take(chunk: Buffer) {
      text += chunk.toString('latin1');
      check();
    },
    get text() {
      return text;
    },
    until: (length: number) =>
      new Promise<string>((resolve) => {
        check = () => {
          if (text.length >= length) resolve(text);
        };
        check();
      }),
  };
}

const LINES = Array.from({ length: 40_000 }, (_, i) => `line ${i}\n`)
  .join('')
  .repeat(8);

/** True once the system takes no more of what `far` writes. */
async function isHeld(far: Socket) {
  const written = new Promise<string>((resolve) => far.write(LINES.repeat(4), 'latin1', () => resolve('taken')));
  const turn = new Promise<string>((resolve) => setImmediate(() => resolve('held')));
  return { first: await Promise.race([written, turn]), written };
}

test('it knows its peer, and what comes is given on without an event', async () => {
  const { near, far } = await openPair();
  const got = gathering();
  near.take = got.take;
  let events = 0;
  near.socket.on('data', () => {
    events += 1;
  });
  far.write('one');
  expect(await got.until(3)).toBe('one');
  expect(events).toBe(0);
  expect(near.socket.remotePort).toBe(far.localPort);
});

test('a pause leaves what follows with the system, and resume gives it on in order and once', async () => {
  const { near, far } = await openPair();
  const got = gathering();
  near.take = got.take;
  near.socket.pause();
  const { first, written } = await isHeld(far);
  expect(first).toBe('held');
  expect(got.text).toBe('');
  near.socket.resume();
  await written;
  expect((await got.until(LINES.length * 4)) === LINES.repeat(4)).toBe(true);
});

test('without a taker it is a stream as any other, also with a slow reader', async () => {
  const { near, far } = await openPair();
  near.take = () => {
    throw new Error('there is no taker any more');
  };
  near.take = null;
  const sent = LINES.repeat(4);
  far.end(sent, 'latin1');
  let text = '';
  // Each turn of the loop waits for the queue, which holds the socket back.
  for await (const chunk of near.socket) text += chunk.toString('latin1');
  expect(text === sent).toBe(true);
});

test('an end is an end, and what is written after it arrives', async () => {
  const { near, far } = await openPair();
  const got = gathering();
  near.take = got.take;
  const ended = new Promise((resolve) => near.socket.once('end', resolve));
  far.end('last');
  await ended;
  expect(got.text).toBe('last');
  const answer = new Promise<string>((resolve) => far.once('data', (chunk) => resolve(chunk.toString())));
  near.socket.end('seen');
  expect(await answer).toBe('seen');
});
