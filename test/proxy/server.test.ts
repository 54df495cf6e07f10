import { describe, expect, test } from 'vitest';
import { answering, browse, openOrigin, openStand } from './stand.ts';

const get = (host: string, path = '/', more = '') => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;
const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('a request', () => {
  test('reaches the target with its Host, and its answer comes back as it was', async () => {
    const origin = await openOrigin(
      answering(() => 'HTTP/1.1 200 Fine\r\nX-Odd: a\r\nx-odd: b\r\nContent-Length: 5\r\n\r\nhello'),
    );
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(get(stand.host, '/a?b=%20', 'X-Mine:  spaced \r\n'));
    expect(await browser.has('hello')).toBe(
      'HTTP/1.1 200 Fine\r\nX-Odd: a\r\nx-odd: b\r\nContent-Length: 5\r\n\r\nhello',
    );
    expect(origin.peers[0]?.text).toBe(
      `GET /a?b=%20 HTTP/1.1\r\nHost: 127.0.0.1:${origin.port}\r\nX-Mine: spaced\r\nX-Forwarded-For: 127.0.0.1\r\n` +
        `X-Forwarded-Proto: http\r\nX-Forwarded-Host: ${stand.host}\r\n` +
        `Forwarded: for=127.0.0.1;proto=http;host="${stand.host}"\r\nDevtool-Mcp-Via: test-loop-tag\r\n\r\n`,
    );
    expect(await stand.ended(0)).toMatchObject({ outcome: 'complete', note: null });
    expect(stand.counts).toMatchObject({ totalRequests: 1, activeConnections: 1 });
  });

  test('and the next one go over the same two connections', async () => {
    const origin = await openOrigin(answering((_, n) => ok(`answer ${n}`)));
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(get(stand.host));
    await browser.has('answer 0');
    browser.send(get(stand.host));
    await browser.has('answer 1');
    expect(origin.peers).toHaveLength(1);
  });

  test('that is pipelined is answered in order, also behind a slow one', async () => {
    const origin = await openOrigin(answering((head) => ok(head.slice(0, 6))));
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(['/a', '/b', '/c'].map((path) => get(stand.host, path)).join(''));
    const text = await browser.has('GET /c');
    expect(text).toBe(ok('GET /a') + ok('GET /b') + ok('GET /c'));
  });

  test('that arrives byte by byte is understood', async () => {
    const origin = await openOrigin(answering(() => ok('x')));
    const stand = await openStand(origin.url);
    const browser = browse(stand.port);
    browser.socket.setNoDelay(true);
    for (const byte of get(stand.host)) {
      browser.send(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await browser.has('\r\n\r\nx');
    expect((await stand.ended(0)).outcome).toBe('complete');
  });

  test('with a body is passed on as it comes, before it is whole', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(
      `POST / HTTP/1.1\r\nHost: ${stand.host}\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n`,
    );
    const target = await origin.peer(0);
    expect(await target.has('hello\r\n')).toContain('Transfer-Encoding: chunked\r\n');
    browser.send('0\r\nX-Trailer: t\r\n\r\n');
    expect(await target.has('X-Trailer: t\r\n\r\n')).toMatch(/\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-Trailer: t\r\n\r\n$/);
    target.send(ok('thanks'));
    await browser.has('thanks');
    expect((await stand.ended(0)).sent.toString()).toBe('hello');
  });

  test('that ends its connection is answered, and the connection ends', async () => {
    const origin = await openOrigin(answering(() => ok('last')));
    const stand = await openStand(origin.url);
    const text = await browse(stand.port)
      .send(get(stand.host, '/', 'Connection: close\r\n'))
      .whole();
    expect(text).toBe('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nlast');
  });

  test('of HTTP/1.0 gets no chunk lines', async () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';
    const origin = await openOrigin(answering(() => chunked));
    const stand = await openStand(origin.url);
    const text = await browse(stand.port).send(`GET / HTTP/1.0\r\nHost: ${stand.host}\r\n\r\n`).whole();
    expect(text).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde');
  });
});

describe('an answer', () => {
  test('without a body is over with its head', async () => {
    const heads = [
      'HTTP/1.1 204 No Content\r\n\r\n',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n',
    ];
    const origin = await openOrigin(answering((_, n) => heads[n] ?? ok('end')));
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(get(stand.host) + get(stand.host));
    browser.send(get(stand.host).replace('GET', 'HEAD') + get(stand.host));
    expect(await browser.has('end')).toBe(heads.join('') + ok('end'));
  });

  test('comes after its interim heads', async () => {
    const origin = await openOrigin(
      answering(() => `HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${ok('x')}`),
    );
    const stand = await openStand(origin.url);
    const text = await browse(stand.port).send(get(stand.host)).has('\r\n\r\nx');
    expect(text).toBe(`HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${ok('x')}`);
    expect((await stand.ended(0)).responses.map(({ status }) => status)).toEqual([103, 100, 200]);
  });

  test('that a body waits for is passed on at once (Expect)', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(
      `PUT / HTTP/1.1\r\nHost: ${stand.host}\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n`,
    );
    const target = await origin.peer(0);
    await target.has('\r\n\r\n');
    target.send('HTTP/1.1 100 Continue\r\n\r\n');
    await browser.has('100 Continue\r\n\r\n');
    browser.send('body');
    await target.has('body');
    target.send(ok('done'));
    await browser.has('done');
    expect((await stand.ended(0)).outcome).toBe('complete');
  });

  test('that refuses an awaited body ends the connection', async () => {
    const origin = await openOrigin(answering(() => 'HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n'));
    const stand = await openStand(origin.url);
    const head = `PUT / HTTP/1.1\r\nHost: ${stand.host}\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n`;
    const text = await browse(stand.port).send(head).whole();
    expect(text).toBe('HTTP/1.1 417 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  });

  test('that comes before the whole request leaves the connection usable', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(`POST / HTTP/1.1\r\nHost: ${stand.host}\r\nContent-Length: 6\r\n\r\nabc`);
    const target = await origin.peer(0);
    await target.has('abc');
    target.send(ok('early'));
    await browser.has('early');
    browser.send(`def${get(stand.host, '/next')}`);
    await target.has('GET /next');
    target.send(ok('second'));
    await browser.has('second');
    expect((await stand.ended(0)).sent.toString()).toBe('abcdef');
  });

  test('that ends with its connection ends the browser’s', async () => {
    const origin = await openOrigin((peer) => {
      void peer.has('\r\n\r\n').then(() => peer.socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end'));
    });
    const stand = await openStand(origin.url);
    const text = await browse(stand.port).send(get(stand.host)).whole();
    expect(text).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end');
    expect((await stand.ended(0)).outcome).toBe('complete');
  });

  test('keeps its chunks and trailers', async () => {
    const answer =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3;q=1\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n';
    const origin = await openOrigin(answering(() => answer));
    const stand = await openStand(origin.url);
    expect(await browse(stand.port).send(get(stand.host)).has('X-Sum: 1\r\n\r\n')).toBe(answer);
  });

  test('streams: each event is there before the next is sent', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(get(stand.host, '/events'));
    const target = await origin.peer(0);
    await target.has('\r\n\r\n');
    target.send('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n');
    for (let n = 0; n < 5; n++) {
      target.send(`data: ${n}\n\n`);
      await browser.has(`data: ${n}\n\n`);
    }
    stand.pass(3_600);
    target.send('data: an hour later\n\n');
    await browser.has('an hour later');
    browser.socket.destroy();
    await target.until(({ isEnded, isClosed }) => isEnded || isClosed);
  });

  test('to half a connection is what the target makes of it', async () => {
    const origin = await openOrigin((peer) => {
      void peer.until(({ isEnded }) => isEnded).then(() => peer.socket.end(ok('after the end')));
    });
    const stand = await openStand(origin.url);
    const browser = browse(stand.port);
    browser.socket.end(get(stand.host));
    expect(await browser.whole()).toContain('after the end');
    expect((await stand.ended(0)).outcome).toBe('complete');
  });
});

describe('back-pressure', () => {
  test('holds the target when the browser does not read', async () => {
    const total = 64 * 1024 * 1024;
    const piece = Buffer.alloc(1024 * 1024, 'x');
    let sent = 0;
    const origin = await openOrigin((peer) => {
      void peer.has('\r\n\r\n').then(() => {
        peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
        const more = () => {
          while (sent < total) {
            sent += piece.length;
            if (!peer.socket.write(piece)) return void peer.socket.once('drain', more);
          }
        };
        more();
      });
    });
    const stand = await openStand(origin.url);
    const browser = browse(stand.port);
    let got = 0;
    browser.socket.removeAllListeners('data');
    browser.socket.pause();
    browser.send(get(stand.host));
    const target = await origin.peer(0);
    await target.has('\r\n\r\n');
    // Until kernel buffers are full and nothing moves any more.
    for (let before = -1; before !== sent; ) {
      before = sent;
      for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeLessThan(total);
    await new Promise<void>((resolve) => {
      browser.socket.on('data', (chunk) => {
        got += chunk.length;
        if (got >= total) resolve();
      });
      browser.socket.resume();
    });
    expect((await stand.ended(0)).outcome).toBe('complete');
  });

  test('holds the browser when the target does not read', async () => {
    const origin = await openOrigin((peer) => {
      peer.socket.pause();
    });
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(
      `POST / HTTP/1.1\r\nHost: ${stand.host}\r\nContent-Length: 67108864\r\n\r\n`,
    );
    const piece = Buffer.alloc(1024 * 1024);
    let written = 0;
    const more = (): void => {
      while (written < 67_108_864) {
        written += piece.length;
        if (!browser.socket.write(piece)) return void browser.socket.once('drain', more);
      }
    };
    more();
    for (let before = -1; before !== written; ) {
      before = written;
      for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(written).toBeLessThan(67_108_864);
    const target = await origin.peer(0);
    let got = 0;
    target.socket.removeAllListeners('data');
    await new Promise<void>((resolve) => {
      target.socket.on('data', (chunk) => {
        got += chunk.length;
        if (got > 67_108_864) resolve();
      });
      target.socket.resume();
    });
    target.send(ok('all of it'));
    await browser.has('all of it');
  });
});

describe('paths under /__devtool', () => {
  test('are answered here and never forwarded', async () => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url);
    const browser = browse(stand.port).send(get(stand.host, '/__devtool/health'));
    expect(await browser.has('}\n')).toContain('{"ok":true,"target":"up"}');
    browser.send(get(stand.host, '/__devtool/client.js'));
    expect(await browser.has('// client\n')).toContain('Content-Type: text/javascript');
    browser.send(get(stand.host, '/__devtool/other?x') + get(stand.host, '/__devtool'));
    expect((await browser.until(({ text }) => text.split('404 Not Found').length === 3)).isEnded).toBe(false);
    const closing = browse(stand.port).send(
      `POST /__devtool/health HTTP/1.1\r\nHost: ${stand.host}\r\nContent-Length: 3\r\n\r\nabc`,
    );
    expect(await closing.whole()).toContain('405 Method Not Allowed');
    expect(origin.peers).toHaveLength(0);
    expect(stand.entries).toHaveLength(0);
    expect(stand.counts['totalRequests']).toBeUndefined();
  });

  test('begin exactly so', async () => {
    const origin = await openOrigin(answering((head) => ok(head.split(' ')[1] ?? '')));
    const stand = await openStand(origin.url);
    await browse(stand.port).send(get(stand.host, '/__devtools/x')).has('\r\n\r\n/__devtools/x');
  });
});
