/**
 * The hostile corpus through a running proxy, over real sockets: what is legal arrives whole, of the rest no whole message ever
 * does, in either direction. Messages are told apart by a walker of its own, which knows nothing of the proxy's reader.
 */
import { expect, test } from 'vitest';
import { type HostileCase, hostileRequests, hostileResponses } from './hostile-heads.ts';
import { browse, openOrigin, openStand, type Peer } from './stand.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok';

/** Characters of the first whole message of a stream, by RFC 9112 alone; null while it is not whole. */
function wholeMessage(text: string, isBodyless = false): number | null {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return null;
  const lines = text.slice(0, head).toLowerCase().split('\r\n').slice(1);
  const fieldOf = (name: string) =>
    lines
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  if (isBodyless) return head + 4;
  if (fieldOf('transfer-encoding') === 'chunked') return wholeChunks(text, head + 4);
  const length = Number(fieldOf('content-length') ?? 0);
  return text.length >= head + 4 + length ? head + 4 + length : null;
}

function wholeChunks(text: string, from: number): number | null {
  for (let at = from; ; ) {
    const end = text.indexOf('\r\n', at);
    if (end < 0) return null;
    const size = Number.parseInt(text.slice(at, end), 16);
    if (Number.isNaN(size)) return null;
    if (size === 0) {
      const last = text.startsWith('\r\n', end + 2) ? end : text.indexOf('\r\n\r\n', end);
      return last < 0 ? null : last + 4;
    }
    at = end + 2 + size + 2;
    if (at > text.length) return null;
  }
}

/** Answers whatever comes as soon as it is whole, and counts it. */
function counting(seen: { whole: number }) {
  return ({ socket }: Peer) => {
    let text = '';
    let isAnswered = false;
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (isAnswered || wholeMessage(text) === null) return;
      isAnswered = true;
      seen.whole += 1;
      socket.end(OK);
    });
  };
}

test('of requests that are not legal none reaches the target whole; the next one is well', {
  timeout: 280_000,
}, async () => {
  const seen = { whole: 0 };
  const origin = await openOrigin(counting(seen));
  const stand = await openStand(origin.url);
  const wrong: string[] = [];

  async function play({ group, text, legal }: HostileCase): Promise<void> {
    seen.whole = 0;
    const browser = browse(stand.port);
    browser.socket.end(text, 'latin1');
    const answer = await browser.whole();
    browser.socket.destroy();
    const status = Number(/^HTTP\/1\.1 (?!100)(\d+)/m.exec(answer)?.[1] ?? 0);
    const isRight = legal ? status === 200 && seen.whole === 1 : status !== 200 && seen.whole === 0;
    if (!isRight)
      wrong.push(`${group} legal=${legal} status=${status} whole=${seen.whole}: ${JSON.stringify(text.slice(0, 200))}`);
  }

  // Hosts that are legal but not ours have a test of their own (421).
  const cases = hostileRequests(stand.host).filter(({ group, legal }) => group !== 'host' || !legal);
  expect(cases.length).toBeGreaterThan(2_000);
  for (const [index, one] of cases.entries()) {
    await play(one);
    if (index % 50 === 0)
      await play({
        group: 'next',
        text: `GET / HTTP/1.1\r\nHost: ${stand.host}\r\nConnection: close\r\n\r\n`,
        legal: true,
      });
  }
  expect(wrong.slice(0, 10)).toEqual([]);
});

test('of responses that are not legal none reaches the browser as whole', { timeout: 280_000 }, async () => {
  let script = { text: '', answers: 'GET' };
  const origin = await openOrigin(({ socket }) => {
    socket.once('data', () => socket.end(script.text, 'latin1'));
  });
  const stand = await openStand(origin.url);
  const wrong: string[] = [];
  const cases = hostileResponses();
  expect(cases.length).toBeGreaterThanOrEqual(800);
  for (const { group, text, legal: isWellFormed, answers } of cases) {
    // Nobody has asked to switch protocols here.
    const legal = isWellFormed && !/^HTTP\/1\.1 101/m.test(text);
    script = { text, answers };
    const browser = browse(stand.port);
    // An answer that has no length ends with its connection: an abort there is seen by its reset alone.
    browser.send(`${answers} / HTTP/1.1\r\nHost: ${stand.host}\r\nConnection: close\r\n\r\n`);
    await browser.until(({ isClosed, isEnded }) => isClosed || isEnded);
    const got = browser.text;
    const status = Number(/^HTTP\/1\.1 (?!1)(\d+)/m.exec(got)?.[1] ?? 0);
    browser.socket.destroy();
    const final = got.slice(Math.max(0, got.search(/^HTTP\/1\.1 (?!1)\d+/m)));
    const isBodyless = answers === 'HEAD' || status === 204 || status === 304;
    const isWhole =
      status !== 0 && status !== 502 && browser.error === null && wholeMessage(final, isBodyless) !== null;
    const hasFraming = /\r\n(content-length|transfer-encoding):/i.test(final.split('\r\n\r\n')[0] ?? '') || isBodyless;
    if (legal ? status === 502 || status === 0 : isWhole && hasFraming)
      wrong.push(
        `${group} legal=${legal} status=${status} ${answers}: ${JSON.stringify(text.slice(0, 160))} → ${JSON.stringify(got.slice(0, 160))}`,
      );
  }
  expect(wrong.slice(0, 10)).toEqual([]);
});
