import { describe, expect, test } from 'vitest';
import { answering, browse, openOrigin, openStand } from './stand.ts';

const upgrade = (host: string, more = '') =>
  `GET /ws HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nOrigin: http://${host}\r\n` +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: vite-hmr\r\n${more}\r\n`;
const AGREED =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: vite-hmr\r\nConnection: Upgrade\r\n\r\n';

/** What each direction's observer was fed. */
function watched() {
  const seen = { fromTarget: '', fromBrowser: '' };
  const feeding = (name: keyof typeof seen) => ({
    feed(chunk: Buffer) {
      seen[name] += chunk.toString('latin1');
    },
  });
  const tunnel = () => ({
    fromTarget: feeding('fromTarget'),
    fromBrowser: feeding('fromBrowser'),
  });
  return { seen, around: { observers: { tunnel, events: () => ({ feed() {} }) } } };
}

describe('an upgrade', () => {
  test('opens a tunnel both ways, with what came along with the heads', async () => {
    const { seen, around } = watched();
    const origin = await openOrigin();
    const stand = await openStand(origin.url, { around });
    const browser = browse(stand.port).send(`${upgrade(stand.host)}\x81early`);
    const target = await origin.peer(0);
    const head = await target.has('\r\n\r\n');
    expect(head).toContain('\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n');
    expect(head).toContain(`\r\nOrigin: ${origin.url}\r\n`);
    expect(head).not.toContain('X-Forwarded-Host');
    target.send(`${AGREED}\x82first`);
    expect(await browser.has('first')).toBe(`${AGREED}\x82first`);
    await target.has('\r\n\r\n\x81early');
    browser.send('\x00\xff\r\nGET / HTTP/1.1\r\n');
    await target.has('\x00\xff\r\nGET / HTTP/1.1\r\n');
    stand.pass(3_600);
    target.send('an hour later');
    await browser.has('an hour later');
    expect(seen).toEqual({
      fromTarget: '\x82firstan hour later',
      fromBrowser: '\x81early\x00\xff\r\nGET / HTTP/1.1\r\n',
    });
    expect(await stand.ended(0)).toMatchObject({ outcome: 'upgraded' });
    expect(stand.entries).toHaveLength(1);
  });

  test.each(['browser', 'target'] as const)(
    'ends for both when the %s ends it, and not before all has come',
    async (who) => {
      const origin = await openOrigin();
      const stand = await openStand(origin.url);
      const browser = browse(stand.port).send(upgrade(stand.host));
      const target = await origin.peer(0);
      await target.has('\r\n\r\n');
      target.send(AGREED);
      await browser.has(AGREED);
      const [one, other] = who === 'browser' ? [browser, target] : [target, browser];
      one.socket.end('last words');
      await other.has('last words');
      await other.until(({ isEnded }) => isEnded);
      other.socket.end('answer to them');
      await one.has('answer to them');
      await one.until(({ isClosed }) => isClosed);
      await other.until(({ isClosed }) => isClosed);
    },
  );

  test('may be followed by bytes before its answer, and by the end of the browser’s', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(upgrade(stand.host));
    const target = await origin.peer(0);
    await target.has('\r\n\r\n');
    browser.send('too early');
    await stand.heard(upgrade(stand.host).length + 9);
    target.send(AGREED);
    await target.has('\r\n\r\ntoo early');
    browser.socket.end();
    await target.until(({ isEnded }) => isEnded);
  });

  test('that is refused is answered like any request, and the connection lives on', async () => {
    const refused = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno';
    const origin = await openOrigin(answering(() => refused));
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(upgrade(stand.host));
    expect(await browser.has('no')).toBe(refused);
    browser.send(upgrade(stand.host));
    await browser.has(refused + refused);
    expect(await stand.ended(0)).toMatchObject({ outcome: 'complete' });
  });

  test('that is answered by bare bytes gets these bytes', async () => {
    const origin = await openOrigin((peer) => {
      void peer.has('\r\n\r\n').then(() => peer.socket.end('Unauthorized'));
    });
    const stand = await openStand(origin.url);
    expect(await browse(stand.port).send(upgrade(stand.host)).whole()).toBe('Unauthorized');
    expect(await stand.ended(0)).toMatchObject({ outcome: 'complete' });
  });

  test('that is never answered ends with the browser', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(upgrade(stand.host));
    const target = await origin.peer(0);
    await target.has('\r\n\r\n');
    browser.socket.destroy();
    await target.until(({ isEnded, isClosed }) => isEnded || isClosed);
  });

  test('to h2c is not offered to the target', async () => {
    const origin = await openOrigin(answering(() => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    const stand = await openStand(origin.url);
    const more = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n';
    await browse(stand.port).send(`GET / HTTP/1.1\r\nHost: ${stand.host}\r\n${more}\r\n`).has('200 OK');
    expect(origin.peers[0]?.text).not.toMatch(/upgrade|http2-settings/i);
  });
});

test('a switch that nobody asked for is refused', async () => {
  const origin = await openOrigin(answering(() => AGREED));
  const stand = await openStand(origin.url);
  const browser = browse(stand.port).send(`GET / HTTP/1.1\r\nHost: ${stand.host}\r\nAccept: application/json\r\n\r\n`);
  expect(await browser.has('}\n')).toContain('502 Bad Gateway');
});
