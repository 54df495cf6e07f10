import { expect, test } from 'vitest';
import { refusedHead } from '../../src/proxy/refused-head.ts';

test.each([
  ['GET /a?b HTTP/1.1\r\nCookie: c\r\n', 'GET', 'GET /a?b HTTP/1.1\r\n\r\n'],
  ['GET /a HTTP/9.9\r\n\r\n', 'GET', 'GET /a HTTP/1.1\r\n\r\n'],
  ['GET /long', 'GET', 'GET /long HTTP/1.1\r\n\r\n'],
  ['GET /a\u0001 HTTP/1.1\r\n', '', ''],
  ['G\u0000T /a HTTP/1.1\r\n', '', ''],
  ['GET', '', ''],
  [' /a HTTP/1.1', '', ''],
  ['\u0016\u0003\u0001\u0000', '', ''],
  ['', '', ''],
])('of %j the log has what is legal', (text, method, kept) => {
  const { raw, ...head } = refusedHead(Buffer.from(text, 'latin1'));
  expect({ ...head, raw: raw.toString('latin1') }).toEqual({ method, raw: kept });
});
