import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createUrlScanner, findUrls, withUrl } from '../../src/text/urls.ts';

const VITE =
  '\n  \x1b[32m\x1b[1mVITE\x1b[22m v8.0.1\x1b[39m  \x1b[2mready in \x1b[0m\x1b[1m312\x1b[22m ms\n\n' +
  '  \x1b[32m➜\x1b[39m  \x1b[1mLocal\x1b[22m:   \x1b[36mhttp://localhost:\x1b[1m5173\x1b[22m/\x1b[39m\n' +
  '  \x1b[32m➜\x1b[39m  \x1b[1mNetwork\x1b[22m: \x1b[36mhttp://192.168.1.20:\x1b[1m5173\x1b[22m/\x1b[39m\n';

const urlsOf = (text: string): string[] => findUrls(text).map(({ url }) => url);

describe('findUrls', () => {
  test.each<[string, string[]]>([
    ['Server started at http://localhost:3000', ['http://localhost:3000']],
    ['listening on http://127.0.0.1:8080/', ['http://127.0.0.1:8080/']],
    ['Open http://localhost:3000.', ['http://localhost:3000']],
    ['(http://localhost:3000)', ['http://localhost:3000']],
    ['[http://localhost:3000]', ['http://localhost:3000']],
    ['"http://localhost:3000",', ['http://localhost:3000']],
    ['**http://localhost:3000**', ['http://localhost:3000']],
    ['Serving HTTP on 0.0.0.0 port 8000 (http://0.0.0.0:8000/) ...', ['http://0.0.0.0:8000/']],
    ['Serving HTTP on :: port 8000 (http://[::]:8000/) ...', ['http://[::]:8000/']],
    ['http://[::1]:3000', ['http://[::1]:3000']],
    ['http://[::1].', ['http://[::1]']],
    ['[http://[::1]:3000]', ['http://[::1]:3000']],
    ['[http://localhost:3000](http://localhost:3000)', ['http://localhost:3000']],
    ['Server running on [http://127.0.0.1:8000].', ['http://127.0.0.1:8000']],
    ['HTTPS://LOCALHOST:3443/', ['HTTPS://LOCALHOST:3443/']],
    ['http://shop.localhost:3000/', ['http://shop.localhost:3000/']],
    ['http://localhost', ['http://localhost']],
    ['http://localhost:3000 http://localhost:3000/ http://localhost:3000', ['http://localhost:3000']],
    ['ready - started server on 0.0.0.0:3000, url: http://localhost:3000', ['http://localhost:3000']],
    [
      'http://localhost:4000/graphql and http://localhost:4000/app',
      ['http://localhost:4000/graphql', 'http://localhost:4000/app'],
    ],
    [VITE, ['http://localhost:5173/']],
    ['\x1b]8;;http://localhost:3000/\x1b\\http://localhost:3000/\x1b]8;;\x1b\\', ['http://localhost:3000/']],
    ['http://192.168.1.20:5173/ http://10.0.0.4:3000 http://172.16.0.1:3000 http://172.31.255.1:80', []],
    ['see https://github.com/vitejs/vite/issues', []],
    ['http://localhost.evil.test:3000/ http://localhost:3000@evil.test/', []],
    ['http://127.0.0.1.evil.test/ http://notlocalhost:3000', []],
    ['http://user:secret@localhost:3000/', []],
    ['GET http://localhost:3000/app?debug=true', []],
    ['http://localhost:3000/#/x', []],
    ['http://localhost:3000/api/v1 http://localhost:3000/api http://localhost:3000/v1/users', []],
    ['http://localhost:3000/error http://localhost:3000/static/main.js http://localhost:3000/favicon.ico', []],
    ['at render (http://localhost:3000/src/cart.ts:42:7)', []],
    ['http://localhost:3000/_devtools/ http://localhost:3000/__inspect/ http://localhost:8000/___graphql', []],
    ['[HPM] Proxy created: /api  -> http://localhost:8080', []],
    ['[Browsersync] Proxying: http://localhost:8000', []],
    ['proxying requests for /api to \x1b[1mhttp://localhost:8080\x1b[22m', []],
    ['Error: connect ECONNREFUSED http://127.0.0.1:5432', []],
    ['proxy listening on http://localhost:8080', ['http://localhost:8080']],
    ['http://localhost:3000/apiary', ['http://localhost:3000/apiary']],
    ['http://localhost:99999/ http://localhost:0/ http://localhost:abc http://', []],
    ['0.0.0.0:3000', []],
    ['', []],
  ])('%j', (text, urls) => {
    expect(urlsOf(text)).toEqual(urls);
  });

  test('ports', () => {
    const ports = findUrls('http://localhost:3000 https://localhost http://localhost https://[::1]:8443/').map(
      ({ port }) => port,
    );
    expect(ports).toEqual([3000, 443, 80, 8443]);
  });

  test.each([
    ['schemes', 'http://'.repeat(50_000)],
    ['dots', `http://localhost${'.'.repeat(300_000)}x`],
    ['brackets', `http://[${':1'.repeat(150_000)}]`],
    ['proxies', `${'proxy '.repeat(50_000)}http://localhost:3000/x?y`],
    ['colours', `http://localhost:${'\x1b[1m3'.repeat(50_000)}`],
  ])('stays linear: %s', (_, text) => {
    // Anything quadratic here runs into the test's time limit.
    expect(urlsOf(text)).toEqual([]);
  });
});

describe('createUrlScanner', () => {
  test('an address split over two writes is found once, whole', () => {
    const scanner = createUrlScanner();
    expect(scanner.push('at http://localhost:30')).toEqual([]);
    expect(scanner.push('00\n')).toEqual([{ url: 'http://localhost:3000', port: 3000 }]);
    expect(scanner.push('again http://localhost:3000/\n')).toEqual([]);
    expect(scanner.urls).toEqual([{ url: 'http://localhost:3000', port: 3000 }]);
  });

  test('the words before an address count, however they were written', () => {
    const scanner = createUrlScanner();
    for (const chunk of ['[HPM] Proxy created: ', '/api  -> ', 'http://localhost:8080 ', '\n'])
      expect(scanner.push(chunk)).toEqual([]);
    expect(scanner.flush()).toEqual([]);
  });

  test('one at the end is held until the silence after it', () => {
    const scanner = createUrlScanner();
    expect(scanner.push('at http://localhost:3000')).toEqual([]);
    expect(scanner.flush()).toEqual([{ url: 'http://localhost:3000', port: 3000 }]);
    expect(scanner.flush()).toEqual([]);
  });

  test('what a silence cut short is whole once the rest has come', () => {
    const scanner = createUrlScanner();
    scanner.push('at http://localhost:30');
    expect(scanner.isHolding).toBe(true);
    expect(scanner.flush()).toEqual([{ url: 'http://localhost:30', port: 30 }]);
    expect(scanner.push('00/')).toEqual([]);
    expect(scanner.flush()).toEqual([{ url: 'http://localhost:3000/', port: 3000 }]);
    expect(scanner.push('\n')).toEqual([{ url: 'http://localhost:3000/', port: 3000 }]);
    expect(scanner.urls).toEqual([{ url: 'http://localhost:3000/', port: 3000 }]);
    expect(scanner.isHolding).toBe(false);
  });

  test('after a long preamble, with and without newlines', () => {
    for (const preamble of ['x'.repeat(20_000), 'line of output\n'.repeat(2_000), `${'x'.repeat(5_000)} `.repeat(10)]) {
      const scanner = createUrlScanner();
      scanner.push(preamble);
      expect(scanner.push(' http://localhost:3000\n')).toHaveLength(1);
    }
  });

  test('at most so many', () => {
    const scanner = createUrlScanner(2);
    const lines = [1, 2, 3, 4].map((port) => `http://localhost:${port}\n`).join('');
    expect(scanner.push(lines).map(({ port }) => port)).toEqual([1, 2]);
    expect(scanner.push('http://localhost:5\n')).toEqual([]);
    expect(
      createUrlScanner().push(Array.from({ length: 9 }, (_, port) => `http://localhost:${port + 1}\n`).join('')),
    ).toHaveLength(5);
  });

  test('any cutting finds the same, in characters and in bytes', () => {
    const text = `${VITE}Local: http://[::1]:4000/app, then \x1b[4mhttp://127.0.0.1:8080/\x1b[0m done\nhttps://localhost:1234.`;
    const latin1 = Buffer.from(text).toString('latin1');
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 40 }), fc.constantFrom(text, latin1), (sizes, given) => {
        const scanner = createUrlScanner();
        let from = 0;
        for (const size of [...sizes, given.length]) {
          scanner.push(given.slice(from, from + size));
          from += size;
        }
        scanner.flush();
        expect(scanner.urls.map(({ url }) => url)).toEqual([
          'http://localhost:5173/',
          'http://[::1]:4000/app',
          'http://127.0.0.1:8080/',
          'https://localhost:1234',
        ]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('withUrl', () => {
  const LOCAL = '  ➜  Local:   http://localhost:5173/';
  const NETWORK = '  ➜  Network: http://192.168.1.20:5173/';
  test.each([
    ['Local:\\s*{url}', LOCAL, 'http://localhost:5173/'],
    ['Local:\\s*{url}', NETWORK, null],
    ['(Local|Network):\\s*{url}', NETWORK, 'http://192.168.1.20:5173/'],
    ['{url}', LOCAL, 'http://localhost:5173/'],
    ['{url}', 'no address here', null],
    ['ready at {url} or {url}', 'ready at http://localhost:1. or http://localhost:2', null],
    ['ready at {url}. or {url}', 'ready at http://localhost:1. or http://localhost:2', 'http://localhost:1'],
  ])('%j on %j', (source, line, url) => {
    expect(new RegExp(withUrl(source)).exec(line)?.groups?.url ?? null).toBe(url);
  });
});
