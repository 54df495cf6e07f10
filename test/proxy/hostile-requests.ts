/** Requests that have fooled HTTP proxies, made by combination. */

import { hosts } from './hostile-hosts.ts';
import {
  bad,
  chunkBodies,
  fieldLines,
  good,
  HELLO,
  HELLO_CHUNKED,
  type HostileCase,
  limits,
  message,
  prefixes,
  unique,
} from './hostile-parts.ts';
import {
  BAD_CODINGS,
  BAD_LENGTHS,
  BAD_LINE_ENDS,
  CHUNKED,
  CONTROLS,
  DELIMITERS,
  HIGH,
  LENGTHS_OF_FIVE,
  LENGTHS_OF_NONE,
  TOKEN_CHARACTERS,
} from './hostile-values.ts';

/** At least 2,000 requests; `host` is the Host that the receiver takes for its own. Group `host` has others, legal by their syntax. */
export function hostileRequests(host = 'localhost'): readonly HostileCase[] {
  const own = `Host: ${host}`;
  return unique([
    ...requestLines(own),
    ...requestTargets(own),
    ...fieldLines().flatMap(({ group, line, legal }) =>
      [
        [line, own],
        [own, line],
        [own, 'Accept: */*', line, 'X: y'],
      ].flatMap((lines) => [
        { group, text: message('GET / HTTP/1.1', lines), legal },
        { group, text: message('POST /a?b HTTP/1.1', [...lines, 'Content-Length: 5'], HELLO), legal },
      ]),
    ),
    ...hosts(),
    ...requestFramings(own),
    ...chunkBodies((lines, body) => message('POST / HTTP/1.1', [own, ...lines], body)),
    ...requestEnds(own),
    ...limits('GET / HTTP/1.1', own),
    ...requestLimits(own),
    ...prefixes(message('GET / HTTP/1.1', [own])),
  ]);
}

function requestLines(own: string): HostileCase[] {
  const of = (line: string) => message(line, [own]);
  const spaces = ['', '  ', '\t', ' \t', '\xa0', '\x85', ...CONTROLS];
  const versions = [
    'HTTP/1.2',
    'HTTP/1.9',
    'HTTP/2.0',
    'HTTP/2',
    'HTTP/0.9',
    'HTTP/3.0',
    'HTTP/1',
    'HTTP/1.',
    'HTTP/1.10',
  ];
  const odd = [
    'HTTP/01.1',
    'HTTP/1.01',
    'HTTP/+1.1',
    'http/1.1',
    'Http/1.1',
    'HTTP 1.1',
    'HTTP/1,1',
    'HTP/1.1',
    'HTTPS/1.1',
  ];
  const more = [
    'XHTTP/1.1',
    'HTTP/1.1x',
    'HTTP//1.1',
    'HTTP/1.1.1',
    'HTTP/1.\xb1',
    'HTTP/ 1.1',
    'HTTP/1.1 HTTP/1.1',
    '1.1',
    '',
  ];
  const methods = [
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'DELETE',
    'PATCH',
    'OPTIONS',
    'TRACE',
    'QUERY',
    'PROPFIND',
    'get',
    'X',
    'M-SEARCH',
  ];
  return [
    ...spaces.flatMap((space) => [
      bad('line', of(`GET${space}/ HTTP/1.1`)),
      bad('line', of(`GET /${space}HTTP/1.1`)),
      bad('line', of(`${space || ' '}GET / HTTP/1.1`)),
      bad('line', of(`GET / HTTP/1.1${space || ' '}`)),
    ]),
    ...[...versions, ...odd, ...more].flatMap((version) => [
      bad('version', of(`GET / ${version}`)),
      bad('version', of(`POST /a ${version}`)),
    ]),
    ...methods.flatMap((method) => ['/', '/a?b=c'].map((target) => good('method', of(`${method} ${target} HTTP/1.1`)))),
    ...TOKEN_CHARACTERS.flatMap((c) => [
      good('method', of(`G${c}T / HTTP/1.1`)),
      good('method', of(`${c}GET / HTTP/1.1`)),
    ]),
    ...[...DELIMITERS, ':', ...HIGH, ...CONTROLS].flatMap((c) => [
      bad('method', of(`G${c}T / HTTP/1.1`)),
      bad('method', of(`${c}GET / HTTP/1.1`)),
      bad('method', of(`GET${c} / HTTP/1.1`)),
      bad('method', of(`${c} / HTTP/1.1`)),
    ]),
    ...['GET', 'GET /', 'GET / ', '/ HTTP/1.1', ' / HTTP/1.1', 'HTTP/1.1', 'GET HTTP/1.1', '', ' '].map((line) =>
      bad('line', of(line)),
    ),
  ];
}

function requestTargets(own: string): HostileCase[] {
  const of = (target: string, method = 'GET') => message(`${method} ${target} HTTP/1.1`, [own]);
  const visible = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).filter((c) => c !== '#');
  const others = [
    'http://localhost/',
    'https://localhost/',
    'HTTP://LOCALHOST/',
    'http:/',
    'http:',
    'ftp://a/',
    'javascript:1',
  ];
  const more = [
    'localhost',
    'localhost:80',
    '127.0.0.1:80',
    '[::1]:80',
    'a',
    'a/b',
    '?',
    '?a',
    '.',
    '..',
    '\\',
    '\\a',
    '%2F',
    ':80',
    '@',
    '~',
  ];
  return [
    ...visible.flatMap((c) => [
      good('target', of(`/a${c}b`)),
      good('target', of(`/${c}`)),
      good('target', of(`/?${c}`)),
    ]),
    ...['/', '//', '//a', '/..', '/../a', '/%00', '/%', '/%zz', '/a;b', '/http://a/', '/*', '/a:80'].map((target) =>
      good('target', of(target)),
    ),
    good('target', of('*', 'OPTIONS')),
    ...['GET', 'POST', 'HEAD', 'options', 'TRACE'].map((method) => bad('target', of('*', method))),
    bad('target', of('**', 'OPTIONS')),
    bad('target', of('*/', 'OPTIONS')),
    ...[...others, ...more].flatMap((target) =>
      ['GET', 'POST', 'OPTIONS'].map((method) => bad('target', of(target, method))),
    ),
    ...['localhost:80', '/', '*', 'http://a/', '[::1]:443'].map((target) => bad('target', of(target, 'CONNECT'))),
    ...[...CONTROLS, ...HIGH, '#', ' ', '\t'].flatMap((c) => [
      bad('target', of(`/a${c}b`)),
      bad('target', of(`/${c}`)),
      bad('target', of(`${c}/`)),
    ]),
  ];
}

/** Length and coding fields alone, twice, and together, both ways round. */
function requestFramings(own: string): HostileCase[] {
  const of = (lines: readonly string[], body: string, version = '1.1') =>
    message(`POST / HTTP/${version}`, [own, ...lines], body);
  const lengthNames = ['Content-Length', 'content-length', 'CONTENT-LENGTH'];
  const codingNames = ['Transfer-Encoding', 'transfer-encoding', 'TRANSFER-ENCODING'];
  const lengths = [...LENGTHS_OF_FIVE, ...LENGTHS_OF_NONE, ...BAD_LENGTHS];
  const codings = [...CHUNKED, ...BAD_CODINGS];
  return [
    ...lengthNames.flatMap((name) => [
      ...LENGTHS_OF_FIVE.map((length) => good('framing', of([`${name}: ${length}`], HELLO))),
      ...LENGTHS_OF_NONE.map((length) => good('framing', of([`${name}: ${length}`], ''))),
      ...BAD_LENGTHS.flatMap((length) =>
        ['1.1', '1.0'].map((version) => bad('framing', of([`${name}: ${length}`], HELLO, version))),
      ),
    ]),
    ...LENGTHS_OF_FIVE.map((length) => good('framing', of([`Content-Length: ${length}`], HELLO, '1.0'))),
    ...codingNames.flatMap((name) => [
      ...CHUNKED.map((coding) => good('framing', of([`${name}: ${coding}`], HELLO_CHUNKED))),
      ...BAD_CODINGS.map((coding) => bad('framing', of([`${name}: ${coding}`], HELLO_CHUNKED))),
      ...CHUNKED.map((coding) => bad('framing', of([`${name}: ${coding}`], HELLO_CHUNKED, '1.0'))),
    ]),
    ...lengths.flatMap((length) =>
      ['5', '6', length].map((other) =>
        bad('framing', of([`Content-Length: ${length}`, 'X: y', `content-length: ${other}`], HELLO)),
      ),
    ),
    ...codings.flatMap((coding) =>
      ['chunked', 'identity', coding].map((other) =>
        bad('framing', of([`Transfer-Encoding: ${coding}`, `transfer-encoding: ${other}`], HELLO_CHUNKED)),
      ),
    ),
    ...codings.flatMap((coding) =>
      ['0', '5', '15', ''].flatMap((length) => [
        bad('framing', of([`Transfer-Encoding: ${coding}`, `Content-Length: ${length}`], HELLO_CHUNKED)),
        bad('framing', of([`Content-Length: ${length}`, `Transfer-Encoding: ${coding}`], HELLO_CHUNKED)),
      ]),
    ),
    ...['1', '2', '4'].map((length) =>
      good('framing', of([`Content-Length: ${length}`], HELLO.slice(0, Number(length)))),
    ),
    ...['6', '500', '9007199254740991'].map((length) => bad('framing', of([`Content-Length: ${length}`], HELLO))),
  ];
}

function requestEnds(own: string): HostileCase[] {
  return [
    ...BAD_LINE_ENDS.flatMap((end) => [
      bad('ends', `GET / HTTP/1.1${end}${own}\r\n\r\n`),
      bad('ends', `GET / HTTP/1.1\r\n${own}${end}\r\n`),
      bad('ends', `GET / HTTP/1.1\r\n${own}\r\n${end}`),
      bad('ends', `GET / HTTP/1.1${end}${own}${end}${end}`),
      bad('ends', `${end}GET / HTTP/1.1\r\n${own}\r\n\r\n`),
      bad('ends', `GET / HTTP/1.1\r\n${own}\r\nA: b${end}${end}GET /smuggled HTTP/1.1\r\n${own}\r\n\r\n`),
    ]),
    good('ends', `\r\nGET / HTTP/1.1\r\n${own}\r\n\r\n`),
    bad('ends', `\r\n\r\nGET / HTTP/1.1\r\n${own}\r\n\r\n`),
    bad('ends', 'GET /\r\n\r\n'),
    bad('ends', 'GET /\r\n'),
    bad('ends', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
    bad('ends', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  ];
}

function requestLimits(own: string): HostileCase[] {
  const of = (length: number) => message(`GET /${'a'.repeat(length - 1)} HTTP/1.1`, [own]);
  return [
    ...[100, 8_000, 32_768].map((length) => good('limits', of(length))),
    ...[32_769, 65_600, 200_000].map((length) => bad('limits', of(length))),
    bad('limits', message(`${'G'.repeat(70_000)} / HTTP/1.1`, [own])),
  ];
}
