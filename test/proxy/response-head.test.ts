import { describe, expect, test } from 'vitest';
import { type ResponseFacts, responseHead } from '../../src/proxy/response-head.ts';
import { responseOf, routeTo } from './heads.ts';

const FACTS: ResponseFacts = {
  ownOrigin: 'http://localhost:41234',
  connection: null,
  unchunked: false,
  copyVersion: null,
};

function passed(fields: string, target = 'http://localhost:3000', more: Partial<ResponseFacts> = {}): string[] {
  const text = responseHead(responseOf(fields), routeTo(target), { ...FACTS, ...more });
  return text.split('\r\n').slice(1, -2);
}

describe('a response head', () => {
  test('keeps status line, names, values, order and repeats', () => {
    const text = 'X-B: 2\r\nx-b: 1\r\nSet-Cookie: a=b; Path=/\r\nSet-Cookie: c=d; HttpOnly\r\nContent-Length: 0\r\n';
    const head = responseHead(responseOf(text, 'HTTP/1.1 299 Odd \xe9'), routeTo('localhost:3000'), FACTS);
    expect(head).toBe(`HTTP/1.1 299 Odd \xe9\r\n${text}\r\n`);
  });

  test.each([
    ['http://localhost:3000/a?b#c', 'http://localhost:41234/a?b#c'],
    ['http://127.0.0.1:3000/', 'http://localhost:41234/'],
    ['http://[::1]:3000', 'http://localhost:41234'],
    ['HTTP://LOCALHOST:3000/A', 'http://localhost:41234/A'],
    ['https://localhost:3000/', 'http://localhost:41234/'],
    ['//localhost:3000/x', '//localhost:41234/x'],
    ['http://localhost:30001/', 'http://localhost:30001/'],
    ['http://localhost/', 'http://localhost/'],
    ['http://localhost:3000.evil.test/', 'http://localhost:3000.evil.test/'],
    ['http://user@localhost:3000/', 'http://user@localhost:3000/'],
    ['http://other.test:3000/', 'http://other.test:3000/'],
    ['/relative?to=http://localhost:3000/', '/relative?to=http://localhost:3000/'],
    ['', ''],
  ])('turns Location %j into %j', (location, expected) => {
    expect(passed(`Location: ${location}\r\n`)).toEqual([`Location: ${expected}`]);
  });

  test.each([
    ['http://app.test', 'http://app.test/a', 'http://localhost:41234/a'],
    ['http://app.test', 'http://app.test:80/a', 'http://localhost:41234/a'],
    // That is another server: taking it for ours would go round for ever.
    ['http://app.test', 'https://app.test/a', 'https://app.test/a'],
    ['https://app.test', 'https://app.test/a', 'http://localhost:41234/a'],
    ['https://app.test', '//app.test/a', '//localhost:41234/a'],
  ])('of %s turns Location %s into %s', (target, location, expected) => {
    expect(passed(`Location: ${location}\r\n`, target)).toEqual([`Location: ${expected}`]);
  });

  test.each([
    ['5; url=http://localhost:3000/x', '5; url=http://localhost:41234/x'],
    ["0;URL='http://localhost:3000/x'", "0;URL='http://localhost:41234/x'"],
    ['5', '5'],
    ['0; url=/x', '0; url=/x'],
  ])('turns Refresh %j into %j', (refresh, expected) => {
    expect(passed(`Refresh: ${refresh}\r\n`)).toEqual([`Refresh: ${expected}`]);
  });

  test.each([
    ['a=b; Domain=app.test; Path=/; HttpOnly', 'a=b; Path=/; HttpOnly'],
    ['a=b;domain=.APP.test', 'a=b'],
    ['a=b; Domain=other.test', 'a=b; Domain=other.test'],
    ['a=b; Domain=test', 'a=b; Domain=test'],
    ['domain=app.test; Path=/', 'domain=app.test; Path=/'],
    ['a=b; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'a=b; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT'],
  ])('turns Set-Cookie %j into %j', (cookie, expected) => {
    expect(passed(`Set-Cookie: ${cookie}\r\n`, 'http://app.test')).toEqual([`Set-Cookie: ${expected}`]);
  });

  test('drops the domain above the target’s too', () => {
    expect(passed('Set-Cookie: a=b; Domain=app.test\r\n', 'http://www.app.test')).toEqual(['Set-Cookie: a=b']);
  });

  test('passes no hop-by-hop field, and says its own', () => {
    const fields = 'Connection: keep-alive, x-hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nX: 1\r\n';
    expect(passed(fields)).toEqual(['X: 1']);
    expect(passed(fields, 'http://localhost:3000', { connection: 'close' })).toEqual(['X: 1', 'Connection: close']);
  });

  test('keeps Upgrade where it means something', () => {
    const text = 'Upgrade: TLS/1.0\r\nContent-Length: 0\r\n';
    expect(responseHead(responseOf(text, 'HTTP/1.1 426 Upgrade'), routeTo(':1'), FACTS)).toContain('Upgrade: TLS');
    expect(passed(text)).toEqual(['Content-Length: 0']);
  });

  test('drops the framing of chunks that are taken out', () => {
    const fields = 'Transfer-Encoding: chunked\r\nTrailer: X\r\n';
    expect(passed(fields)).toHaveLength(2);
    expect(passed(fields, 'http://localhost:3000', { unchunked: true })).toEqual([]);
  });
});
