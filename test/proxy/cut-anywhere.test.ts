/** A message that breaks off, at each of its bytes, from either side: the other side gets a beginning of it, and never takes it for whole. */
import { expect, test } from 'vitest';
import { browse, openOrigin, openStand, type Peer } from './stand.ts';

const BODY = '5;x="y z"\r\nhello\r\n3\r\na\xe9c\r\n0\r\nX-Trailer: t\r\n\r\n';
const ANSWER = `HTTP/1.1 200 Fine\r\nx-ODD: 1\r\nX-Odd: 2\r\nTransfer-Encoding: chunked\r\n\r\n${BODY}`;
const HEAD_BYTES = ANSWER.indexOf('\r\n\r\n') + 4;

const WAYS = {
  'an end': ({ socket }: Peer, bytes: string) => socket.end(bytes, 'latin1'),
  'a reset': ({ socket }: Peer, bytes: string) => socket.write(bytes, 'latin1', () => socket.resetAndDestroy()),
};

test.each(['an end', 'a reset'] as const)('an answer, by %s of the target', async (way) => {
  let length = 0;
  const origin = await openOrigin((peer) => peer.socket.once('data', () => WAYS[way](peer, ANSWER.slice(0, length))));
  const stand = await openStand(origin.url);
  for (length = 0; length < ANSWER.length; length++) {
    const browser = browse(stand.port).send(`GET /${length} HTTP/1.1\r\nHost: ${stand.host}\r\n\r\n`);
    await browser.until(({ isEnded, isClosed, text }) => isEnded || isClosed || text.startsWith('HTTP/1.1 502 '));
    const { text } = browser;
    browser.socket.destroy();
    if (text.startsWith('HTTP/1.1 502 ')) expect(way === 'a reset' || length < HEAD_BYTES).toBe(true);
    else {
      expect(ANSWER.startsWith(text)).toBe(true);
      expect(text.length).toBeLessThanOrEqual(length);
      if (way === 'an end') expect(length).toBeGreaterThanOrEqual(HEAD_BYTES);
    }
    expect((await stand.ended(length)).outcome).toBe('upstream_aborted');
  }
});

test.each(['an end', 'a reset'] as const)('a request, by %s of the browser', async (way) => {
  const origin = await openOrigin(({ socket }) =>
    // Only the last request is one that can be answered.
    socket.on('data', (chunk: Buffer) => {
      if (chunk.includes('GET /next ')) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    }),
  );
  const stand = await openStand(origin.url);
  const request = `POST / HTTP/1.1\r\nHost: ${stand.host}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const whole = request + BODY;
  for (let length = 1; length < whole.length; length++) {
    const browser = browse(stand.port);
    await new Promise((resolve) => browser.socket.once('connect', resolve));
    WAYS[way](browser, whole.slice(0, length));
    await browser.until(({ isClosed, isEnded }) => isClosed || isEnded);
    browser.socket.destroy();
  }
  const next = browse(stand.port).send(`GET /next HTTP/1.1\r\nHost: ${stand.host}\r\n\r\n`);
  await next.has('204 No Content');
  for (const { text } of origin.peers) expect(text).not.toContain('X-Trailer: t\r\n\r\n');
  for (const { head, outcome } of stand.entries)
    if (head.method === 'POST') expect([null, 'client_aborted']).toContain(outcome);
});
