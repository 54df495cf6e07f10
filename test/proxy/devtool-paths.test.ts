import type { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { answerDevtool, healthReply, loaderOf } from '../../src/proxy/devtool-paths.ts';
import { replyBytes } from '../../src/proxy/reply.ts';
import type { PageDoor } from '../../src/proxy/surroundings.ts';
import { requestOf, routeTo } from './heads.ts';
import { browse, openOrigin, openStand } from './stand.ts';

const { own } = routeTo('http://localhost:3000');
const CLIENT = { script: 'client', inline: 'inline' };
const HOST = 'Host: localhost:41234\r\n';
const OWN = `${HOST}Origin: http://localhost:41234\r\n`;
const UPGRADE = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';

function door(accept: PageDoor['accept'] = () => {}): PageDoor {
  const tokens = new Set(['good']);
  return {
    mintToken: () => 'minted',
    redeem: (target) => tokens.delete(target.split('token=')[1] ?? ''),
    accept,
    report: (text) => text === 'a report',
    takeScript: (target) => (target.endsWith('/known.js') ? 'code()' : null),
  };
}

function answer(line: string, fields: string, page: PageDoor | null = door()): string {
  const given = answerDevtool(requestOf(fields, `${line} HTTP/1.1`), own, { client: CLIENT, page });
  return given.kind === 'reply' ? `${given.reply.status} ${given.reply.body}` : given.kind;
}

test('the client is kept for ever under the name of its content, and under no other', () => {
  const sent = (target: string) => {
    const given = answerDevtool(requestOf(HOST, `GET ${target} HTTP/1.1`), own, { client: CLIENT, page: null });
    return given.kind === 'reply' ? replyBytes(given.reply, { close: false, head: false }).toString() : '';
  };
  const address = /src="([^"]+)"/.exec(String(loaderOf(CLIENT).external))?.[1] ?? '';
  expect(String(loaderOf({ ...CLIENT, script: 'another' }).external)).not.toContain(address);
  expect(String(loaderOf(CLIENT).inline)).toBe('<script>inline</script>');
  expect(sent(address)).toContain('\r\nCache-Control: private, max-age=31536000, immutable\r\n');
  for (const other of ['/__devtool/client.js', '/__devtool/client.js?v=1', `${address}&more`])
    expect(sent(other)).toContain('\r\nCache-Control: no-store\r\n');
  expect(sent(address).match(/Cache-Control/g)).toHaveLength(1);
});

describe('under /__devtool', () => {
  test.each([
    ['GET /__devtool/client.js', HOST, /^200 client$/],
    ['POST /__devtool/client.js', HOST, /^405 /],
    ['GET /__devtool/health?now', HOST, /^probe$/],
    ['DELETE /__devtool/health', HOST, /^405 /],
    ['GET /__devtool/../etc/passwd', HOST, /^404 /],
    ['GET /__devtool/exec/known.js', HOST, /^200 code/],
    ['GET /__devtool/exec/known.js', `${HOST}Sec-Fetch-Site: same-origin\r\n`, /^200 code/],
    ['GET /__devtool/exec/known.js', `${HOST}Sec-Fetch-Site: cross-site\r\n`, /^403 /],
    ['GET /__devtool/exec/other.js', HOST, /^404 /],
  ])('%s with %j is %s', (line, fields, expected) => {
    expect(answer(line, fields)).toMatch(expected);
  });

  test.each([
    ['our own page', OWN, /^200 minted$/],
    ['our own page, as browsers say it', `${OWN}Sec-Fetch-Site: same-origin\r\n`, /^200 minted$/],
    ['nobody', HOST, /^403 /],
    ['a sandboxed page', `${HOST}Origin: null\r\n`, /^403 /],
    ['another site', `${HOST}Origin: https://evil.test\r\n`, /^403 /],
    ['another port', `${HOST}Origin: http://localhost:41235\r\n`, /^403 /],
    ['another name of ours', `${HOST}Origin: http://127.0.0.1:41234\r\n`, /^403 /],
    ['what the browser calls cross-site', `${OWN}Sec-Fetch-Site: cross-site\r\n`, /^403 /],
  ])('a token for %s', (_, fields, expected) => {
    expect(answer('POST /__devtool/token', fields)).toMatch(expected);
  });

  test('a token is not given to a GET', () => {
    expect(answer('GET /__devtool/token', OWN)).toMatch(/^405 /);
  });

  const json = 'Content-Type: application/json\r\nContent-Length: 8\r\n';
  test.each([
    ['our own page', `${OWN}Sec-Fetch-Site: same-origin\r\n${json}`, /^take$/],
    ['nobody', HOST + json, /^403 /],
    ['a sandboxed page', `${HOST}Origin: null\r\n${json}`, /^403 /],
    ['another port', `${HOST}Origin: http://localhost:41235\r\n${json}`, /^403 /],
    ['what the browser calls cross-site', `${OWN}Sec-Fetch-Site: cross-site\r\n${json}`, /^403 /],
    ['what may be sent without asking', `${OWN}Content-Type: text/plain\r\nContent-Length: 8\r\n`, /^415 /],
    ['a body without an end', `${OWN}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n`, /^411 /],
    ['too much', `${OWN}Content-Type: application/json\r\nContent-Length: 65537\r\n`, /^413 /],
  ])('a last report of %s', (_, fields, expected) => {
    expect(answer('POST /__devtool/report', fields)).toMatch(expected);
  });

  test('a last report is not taken by a GET', () => {
    expect(answer('GET /__devtool/report', OWN)).toMatch(/^405 /);
  });

  test('a socket opens with upgrade, own Origin and token, once', () => {
    const page = door();
    expect(answer('GET /__devtool/socket?token=good', OWN, page)).toMatch(/^426 /);
    expect(answer('GET /__devtool/socket?token=bad', OWN + UPGRADE, page)).toMatch(/^403 /);
    expect(answer('GET /__devtool/socket?token=good', `${HOST}Origin: null\r\n${UPGRADE}`, page)).toMatch(/^403 /);
    expect(answer('GET /__devtool/socket?token=good', HOST + UPGRADE, page)).toMatch(/^403 /);
    expect(answer('GET /__devtool/socket?token=good', OWN + UPGRADE, page)).toBe('open');
    expect(answer('GET /__devtool/socket?token=good', OWN + UPGRADE, page)).toMatch(/^403 /);
  });

  test.each([
    ['GET /__devtool/client.js', HOST],
    ['POST /__devtool/client.js', HOST],
    ['GET /__devtool/exec/known.js', HOST],
    ['GET /__devtool/nothing', HOST],
    ['POST /__devtool/token', OWN],
    ['POST /__devtool/token', HOST],
  ])('%s with %j is shown in no frame', (line, fields) => {
    const given = answerDevtool(requestOf(fields, `${line} HTTP/1.1`), own, { client: CLIENT, page: door() });
    const sent = given.kind === 'reply' ? replyBytes(given.reply, { close: false, head: true }).toString() : '';
    expect(sent).toContain("\r\nContent-Security-Policy: frame-ancestors 'none'\r\n");
    expect(replyBytes(healthReply(true), { close: false, head: true }).toString()).toContain("frame-ancestors 'none'");
  });

  test('without a door there is neither', () => {
    expect(answer('POST /__devtool/token', OWN, null)).toMatch(/^404 /);
    expect(answer('GET /__devtool/socket?token=good', OWN + UPGRADE, null)).toMatch(/^404 /);
  });
});

test('a page’s connection is handed over with what came behind its request, and left alone', async () => {
  const taken: { socket: Duplex; rest: string }[] = [];
  const page = door((_, socket, rest) => void taken.push({ socket, rest: rest.toString() }));
  const origin = await openOrigin();
  const stand = await openStand(origin.url, { around: { page } });
  const head = `GET /__devtool/socket?token=good HTTP/1.1\r\nHost: ${stand.host}\r\nOrigin: http://${stand.host}\r\n${UPGRADE}\r\n`;
  const browser = browse(stand.port).send(`${head}GET / HTTP/1.1\r\n`);
  await stand.heard(head.length + 16);
  expect(taken.map(({ rest }) => rest)).toEqual(['GET / HTTP/1.1\r\n']);
  stand.pass(3_600);
  taken[0]?.socket.write('from the page socket');
  await browser.has('from the page socket');
  expect(stand.server.size).toBe(1);
  taken[0]?.socket.destroy();
  await browser.until(({ isClosed, isEnded }) => isClosed || isEnded);
  expect(stand.server.size).toBe(0);
  expect(origin.peers).toHaveLength(0);
});

test('a last report comes to the door whole, however it is cut; the next request is read', async () => {
  const origin = await openOrigin();
  const heard: string[] = [];
  const page: PageDoor = {
    ...door(),
    report(text) {
      heard.push(text);
      return text === 'a report';
    },
  };
  const stand = await openStand(origin.url, { around: { page } });
  const own = `Host: localhost:${stand.port}\r\nOrigin: http://localhost:${stand.port}\r\n`;
  const post = (body: string) =>
    `POST /__devtool/report HTTP/1.1\r\n${own}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const browser = browse(stand.port);
  for (const byte of post('a report')) browser.send(byte);
  expect(await browser.whole()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(await browse(stand.port).send(post('no report')).whole()).toMatch(/^HTTP\/1\.1 400 /);
  expect(await browse(stand.port).send(post('')).has('not a report')).toMatch(/^HTTP\/1\.1 400 /);
  expect(heard).toEqual(['a report', 'no report', '']);
  expect(origin.peers).toHaveLength(0);
});
