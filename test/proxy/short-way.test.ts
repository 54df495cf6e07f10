import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { readShort } from '../../src/proxy/short-way.ts';

/** Both ends of a connection. */
async function openPair(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer();
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const far = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  const near = await accepted;
  onTestFinished(() => {
    near.destroy();
    far.destroy();
    server.close();
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

test('what comes while nobody is held is given on without an event', async () => {
  const { near, far } = await openPair();
  const got = gathering();
  readShort(near, got.take);
  let events = 0;
  near.on('data', () => {
    events += 1;
  });
  far.write('one');
  expect(await got.until(3)).toBe('one');
  expect(events).toBe(0);
});

test('a pause holds what follows, and resume gives it on in order and once', async () => {
  const { near, far } = await openPair();
  const got = gathering();
  readShort(near, (chunk) => {
    got.take(chunk);
    if (got.text === 'one') near.pause();
  });
  far.write('one');
  await got.until(3);
  far.write('two');
  // What a paused stream holds shows as its length.
  while (near.readableLength === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(got.text).toBe('one');
  near.resume();
  far.write('three');
  expect(await got.until(11)).toBe('onetwothree');
});

test('a long pause leaves the rest with the system, and nothing is lost', async () => {
  const { near, far } = await openPair();
  const got = gathering();
  readShort(near, got.take);
  const whole = Array.from({ length: 40_000 }, (_, i) => `line ${i}\n`)
    .join('')
    .repeat(8);
  near.pause();
  const written = new Promise<void>((resolve) => far.write(whole, 'latin1', () => resolve()));
  while (near.readableLength < near.readableHighWaterMark) await new Promise((resolve) => setImmediate(resolve));
  near.resume();
  await written;
  expect((await got.until(whole.length)) === whole).toBe(true);
});

test('undone, the stream is as any other', async () => {
  const { near, far } = await openPair();
  const got = gathering();
  readShort(near, () => {
    throw new Error('read the short way');
  })();
  near.on('data', got.take);
  near.resume();
  far.write('one');
  expect(await got.until(3)).toBe('one');
});

test('an end is an end', async () => {
  const { near, far } = await openPair();
  readShort(near, () => {});
  const ended = new Promise((resolve) => near.once('end', resolve));
  far.end('last');
  await ended;
});
