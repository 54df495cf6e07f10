import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Dial } from '../../src/proxy/dial.ts';
import { answering, browse, openOrigin, openStand, type Peer } from './stand.ts';

const get = (host: string, path = '/', more = '') => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;
const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const json = 'Accept: application/json\r\n';

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const origin = await openOrigin();
  await origin.close();
  return origin.port;
}

describe('what is no request to this proxy', () => {
  test('a TLS hello is told as https, in the log too', async () => {
    const stand = await openStand(`http://127.0.0.1:${await freePort()}`);
    const hello = Buffer.from('16030100050100000103', 'hex');
    const text = await browse(stand.port).send(hello).whole();
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain(`this is https, and the proxy speaks http: open http://localhost:${stand.port}/`);
    expect(await stand.ended(0)).toMatchObject({ outcome: 'refused', note: expect.stringContaining('https') });
  });

  test('a method without end', async () => {
    const stand = await openStand(`http://127.0.0.1:${await freePort()}`);
    const ask = (length: number) =>
      browse(stand.port).send(`${'A'.repeat(length)} / HTTP/1.1\r\nHost: ${stand.host}\r\n\r\n`);
    expect(await ask(65).whole()).toMatch(/^HTTP\/1\.1 501 .*a method of more than 64 characters/s);
    expect(await ask(64).has('cannot be reached')).toMatch(/^HTTP\/1\.1 502 /);
  });
});

test.each([
  [100, '200 OK'],
  [101, '502 Bad Gateway'],
])('an answer after %i interim heads', async (count, status) => {
  const interims = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n'.repeat(count);
  const origin = await openOrigin(answering(() => interims + ok('end')));
  const stand = await openStand(origin.url);
  const text = await browse(stand.port).send(get(stand.host)).has(`HTTP/1.1 ${status}`);
  expect(text.split('HTTP/1.1 103')).toHaveLength(101);
});

describe('a target that is down', () => {
  test('gives programs a 502 in their form, and the connection lives on', async () => {
    const port = await freePort();
    const stand = await openStand(`http://127.0.0.1:${port}`);
    const browser = browse(stand.port).send(get(stand.host, '/', json));
    const text = await browser.has('}\n');
    expect(text).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\nContent-Type: application\/json\r\n/);
    expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({ error: 'upstream_unreachable' });
    expect(await stand.ended(0)).toMatchObject({ outcome: 'unreachable' });
    expect(stand.failures[0]).toContain(`http://127.0.0.1:${port} cannot be reached: `);
    await openOrigin(
      answering(() => ok('up again')),
      port,
    );
    await browser.send(get(stand.host)).has('up again');
  });

  test('gives a navigation a page that waits', async () => {
    const stand = await openStand(`http://127.0.0.1:${await freePort()}`);
    const text = await browse(stand.port)
      .send(get(stand.host, '/', 'Sec-Fetch-Dest: document\r\n'))
      .has('</html>');
    expect(text).toMatch(/^HTTP\/1\.1 502 .*\r\nContent-Type: text\/html/);
    expect(text).toContain("fetch('/__devtool/health'");
  });

  test('gives others text', async () => {
    const stand = await openStand(`http://127.0.0.1:${await freePort()}`);
    const text = await browse(stand.port)
      .send(get(stand.host, '/', 'Accept: image/*\r\n'))
      .has('cannot be reached');
    expect(text).toContain('Content-Type: text/plain');
  });

  test('with a body on its way ends the connection after the answer', async () => {
    const stand = await openStand(`http://127.0.0.1:${await freePort()}`);
    const head = `POST / HTTP/1.1\r\nHost: ${stand.host}\r\nContent-Length: 100000\r\n\r\n`;
    const browser = browse(stand.port).send(head + 'x'.repeat(50_000));
    expect(await browser.whole()).toMatch(/^HTTP\/1\.1 502 (?:.|[\r\n])*\r\nConnection: close\r\n/);
  });

  test('whose name nobody knows is a 502', async () => {
    const stand = await openStand('http://no-such-host.invalid:1234');
    expect(await browse(stand.port).send(get(stand.host)).has('cannot be reached')).toContain('502 Bad Gateway');
  });

  test('that does not take the connection is a 504', async () => {
    // A name that is being looked up for ever.
    const dial: Dial = () => ({ socket: connect({ host: 'a.invalid', port: 1, lookup: () => {} }), ready: 'connect' });
    const around = { dial };
    const stand = await openStand('http://127.0.0.1:1', { around });
    const browser = browse(stand.port).send(get(stand.host, '/', json));
    await stand.began(0);
    stand.pass(10);
    expect(await browser.has('}\n')).toMatch(/^HTTP\/1\.1 504 Gateway Timeout/);
    expect(await stand.ended(0)).toMatchObject({ outcome: 'timeout' });
  });
});

describe('a target that breaks off', () => {
  test('before an answer is a 502', async () => {
    const origin = await openOrigin((peer) => {
      void peer.has('\r\n\r\n').then(() => peer.socket.resetAndDestroy());
    });
    const stand = await openStand(origin.url);
    const text = await browse(stand.port)
      .send(get(stand.host, '/', json))
      .has('}\n');
    expect(text).toContain('502 Bad Gateway');
    expect(await stand.ended(0)).toMatchObject({ outcome: 'upstream_aborted' });
  });

  test.each([['Content-Length: 10\r\n\r\nabc'], ['Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n']])(
    'within a framed answer ends the browser’s connection after what came: %j',
    async (rest) => {
      const origin = await openOrigin((peer) => {
        void peer.has('\r\n\r\n').then(() => peer.socket.end(`HTTP/1.1 200 OK\r\n${rest}`));
      });
      const stand = await openStand(origin.url);
      expect(await browse(stand.port).send(get(stand.host)).whole()).toBe(`HTTP/1.1 200 OK\r\n${rest}`);
      expect(await stand.ended(0)).toMatchObject({ outcome: 'upstream_aborted' });
    },
  );

  test('within an answer that only its end frames resets the browser’s connection', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(get(stand.host));
    const target = await origin.peer(0);
    await target.has('\r\n\r\n');
    target.send('HTTP/1.1 200 OK\r\n\r\nsome');
    await browser.has('some');
    target.socket.resetAndDestroy();
    await browser.until(({ isClosed }) => isClosed);
    expect(browser.error?.code).toBe('ECONNRESET');
    expect(await stand.ended(0)).toMatchObject({ outcome: 'upstream_aborted' });
  });

  test('with what is no HTTP is a 502', async () => {
    const origin = await openOrigin(
      answering(() => 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
    );
    const stand = await openStand(origin.url);
    expect(
      await browse(stand.port)
        .send(get(stand.host, '/', json))
        .has('}\n'),
    ).toContain('502 Bad Gateway');
  });

  test('between two requests is replaced', async () => {
    const origin = await openOrigin(answering((head) => ok(head.split(' ')[1] ?? '')));
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(get(stand.host, '/first'));
    await browser.has('\n/first');
    origin.peers[0]?.socket.destroy();
    await origin.peers[0]?.until(({ isClosed }) => isClosed);
    await browser.send(get(stand.host, '/second')).has('\n/second');
    expect(origin.peers).toHaveLength(2);
  });

  test('as the next request arrives gets it again over a new connection', async () => {
    const origin = await openOrigin((peer, index) => {
      if (index > 0) answering((head) => ok(`again ${head.split(' ')[1]}`))(peer);
      else void peer.has('/first').then(() => peer.send(ok('one')));
    });
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(get(stand.host, '/first'));
    await browser.has('one');
    browser.send(get(stand.host, '/second'));
    await origin.peers[0]?.has('/second');
    origin.peers[0]?.socket.resetAndDestroy();
    await browser.has('again /second');
    expect(await stand.ended(1)).toMatchObject({ outcome: 'complete' });
  });

  test('gets nothing again that might take effect twice', async () => {
    const origin = await openOrigin((peer, index) => {
      if (index > 0) answering(() => ok('twice'))(peer);
      else void peer.has('/first').then(() => peer.send(ok('one')));
    });
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(get(stand.host, '/first'));
    await browser.has('one');
    browser.send(`POST /second HTTP/1.1\r\nHost: ${stand.host}\r\n${json}Content-Length: 0\r\n\r\n`);
    await origin.peers[0]?.has('/second');
    origin.peers[0]?.socket.resetAndDestroy();
    await browser.has('502 Bad Gateway');
    expect(origin.peers).toHaveLength(1);
  });

  test('by sending what nobody asked for is not believed', async () => {
    const origin = await openOrigin(answering((_, n) => (n === 0 ? ok('mine') + ok('smuggled') : ok('?'))));
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(get(stand.host));
    await browser.has('mine');
    await stand.ended(0);
    browser.send(get(stand.host));
    expect(await browser.has(`mine${ok('mine')}`)).toBe(ok('mine') + ok('mine'));
    expect(origin.peers).toHaveLength(2);
  });
});

describe('a browser that breaks off', () => {
  test('ends the target’s connection', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(get(stand.host));
    const target = await origin.peer(0);
    await target.has('\r\n\r\n');
    browser.socket.resetAndDestroy();
    await target.until(({ isClosed, isEnded }) => isClosed || isEnded);
    expect(await stand.ended(0)).toMatchObject({ outcome: 'client_aborted' });
    expect(stand.server.size).toBe(0);
  });

  test('by ending alone, as browsers do, is no fault of a target that ends then; the request is not sent again', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const first = browse(stand.port).send(get(stand.host));
    (await origin.peer(0)).send(ok('first'));
    await first.has(ok('first'));
    first.send(get(stand.host));
    const target = await origin.peer(0);
    await target.has('\r\n\r\nGET ');
    first.socket.end();
    await target.until(({ isEnded }) => isEnded);
    target.socket.end();
    expect(await stand.ended(1)).toMatchObject({ outcome: 'client_aborted' });
    expect(origin.peers).toHaveLength(1);
  });

  test('in the middle of an answer, as one who has read enough of a stream, is no fault of the target either', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(get(stand.host));
    const target = await origin.peer(0);
    await target.has('\r\n\r\n');
    target.send(
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n:x\n\r\n',
    );
    await browser.has(':x');
    browser.socket.end();
    await target.until(({ isEnded }) => isEnded);
    target.socket.end();
    expect(await stand.ended(0)).toMatchObject({ outcome: 'client_aborted', note: null });
    expect(stand.failures).toEqual([]);
  });

  test('in the middle of a body is no whole request for the target', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(`POST / HTTP/1.1\r\nHost: ${stand.host}\r\nContent-Length: 9\r\n\r\nabc`);
    const target = await origin.peer(0);
    await target.has('abc');
    browser.socket.end();
    await target.until(({ isClosed, isEnded }) => isClosed || isEnded);
    expect(await stand.ended(0)).toMatchObject({ outcome: 'client_aborted' });
  });

  test('by a bad chunk is told so, and the target’s connection ends', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(
      `POST / HTTP/1.1\r\nHost: ${stand.host}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n`,
    );
    const target = await origin.peer(0);
    await target.has('1\r\na\r\n');
    browser.send('-1\r\n');
    expect(await browser.whole()).toContain('400 Bad Request');
    await target.until(({ isClosed, isEnded }) => isClosed || isEnded);
    expect(target.text).not.toContain('-1');
  });
});

describe('refused before the target hears of it', () => {
  const fields = Array.from({ length: 201 }, (_, n) => `x${n}: 1\r\n`).join('');
  test.each<[string, (host: string) => string, number]>([
    ['a foreign Host', () => get('rebind.evil.test:80'), 421],
    ['a Host with another port', () => get('localhost:1'), 421],
    ['no Host', () => 'GET / HTTP/1.1\r\n\r\n', 400],
    ['two Hosts', (host) => get(host, '/', `Host: ${host}\r\n`), 400],
    ['absolute form', (host) => get(host, `http://${host}/`), 400],
    ['CONNECT', (host) => `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 400],
    ['a loop', (host) => get(host, '/', 'Devtool-Mcp-Via: a, test-loop-tag\r\n'), 508],
    ['201 fields', (host) => get(host, '/', fields), 431],
    ['a head of 70 kB', (host) => get(host, '/', `a: ${'x'.repeat(70_000)}\r\n`), 431],
    ['a target of 70 kB', (host) => get(host, `/${'x'.repeat(70_000)}`), 414],
    ['both lengths', (host) => get(host, '/', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'), 400],
    ['what is no HTTP', () => '\x16\x03\x01\x02\x00\x01\x00\x01', 400],
  ])('%s', async (_, request, status) => {
    const origin = await openOrigin(answering(() => ok('reached')));
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(request(stand.host));
    const text = await browser.has('\r\n\r\n');
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(origin.peers).toHaveLength(0);
  });
});

describe('too slow', () => {
  test('a head gets 10 s from its first byte', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const browser = browse(stand.port);
    await stand.accepted(1);
    stand.pass(30);
    browser.send('GET / HT');
    await stand.heard(8);
    stand.pass(9);
    browser.send('TP/1.1\r\n');
    await stand.heard(16);
    stand.pass(1);
    expect(await browser.whole()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('a connection without a request ends after 60 s, one with an answer under way does not', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const idle = browse(stand.port);
    const busy = browse(stand.port).send(get(stand.host));
    const target = await origin.peer(0);
    await target.has('\r\n\r\n');
    await stand.accepted(2);
    stand.pass(60);
    expect(await idle.whole()).toBe('');
    stand.pass(600);
    target.send(ok('at last'));
    await busy.has('at last');
  });

  test('a body without a byte for 60 s ends', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(`POST / HTTP/1.1\r\nHost: ${stand.host}\r\nContent-Length: 9\r\n\r\nabc`);
    await (await origin.peer(0)).has('abc');
    stand.pass(60);
    expect(await browser.whole()).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe('too many connections', () => {
  test('cost the longest idle one its place, never one that is served', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url, { limits: { connections: 3 } });
    const served = browse(stand.port).send(get(stand.host));
    const target = await origin.peer(0);
    await target.has('\r\n\r\n');
    const slow = browse(stand.port).send('GET');
    await stand.heard(get(stand.host).length + 3);
    const idle = browse(stand.port);
    await stand.accepted(3);
    const fourth = browse(stand.port).send(get(stand.host, '/fourth'));
    await idle.until(({ isClosed, isEnded }) => isClosed || isEnded);
    await (await origin.peer(1)).has('/fourth');
    const fifth = browse(stand.port).send(get(stand.host, '/fifth'));
    await slow.until(({ isClosed, isEnded }) => isClosed || isEnded);
    await (await origin.peer(2)).has('/fifth');
    const sixth = browse(stand.port);
    await sixth.until(({ isClosed, isEnded }) => isClosed || isEnded);
    target.send(ok('served'));
    await served.has('served');
    expect([fourth.isClosed, fifth.isClosed]).toEqual([false, false]);
  });
});

test('closing the server closes everything', async () => {
  const origin = await openOrigin();
  const stand = await openStand(origin.url);
  const browser: Peer = browse(stand.port).send(get(stand.host));
  const target = await origin.peer(0);
  await target.has('\r\n\r\n');
  await stand.server.close();
  await browser.until(({ isClosed, isEnded }) => isClosed || isEnded);
  await target.until(({ isClosed, isEnded }) => isClosed || isEnded);
  expect(stand.server.size).toBe(0);
});
