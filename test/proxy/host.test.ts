import { describe, expect, test } from 'vitest';
import { parseAuthority } from '../../src/proxy/authority.ts';
import { isOurs, isOwnOrigin, type OwnNames } from '../../src/proxy/host.ts';

const own: OwnNames = { port: 41_234, addresses: ['127.0.0.1', '::1'], publicAuthority: null };

describe('Host values', () => {
  test.each([
    'localhost:41234',
    'LOCALHOST:41234',
    'LocalHost:41234',
    'app.localhost:41234',
    'a.b-c.localhost:41234',
    '127.0.0.1:41234',
    '127.1.2.3:41234',
    '127.255.255.255:41234',
    '[::1]:41234',
  ])('ours: %s', (host) => {
    expect(isOurs(host, own)).toBe(true);
  });

  test.each([
    '',
    ' ',
    ':41234',
    'localhost',
    'localhost:',
    'localhost:80',
    'localhost:041234',
    'localhost:+41234',
    'localhost:41234 ',
    'localhost:41234:41234',
    'localhost:41235',
    'localhost:412345',
    'localhost.:41234',
    '.localhost:41234',
    'localhost.evil.test:41234',
    'evillocalhost:41234',
    'rebind.evil.test:41234',
    'evil.test:41234@localhost:41234',
    'user@localhost:41234',
    'localhost:41234/',
    'localhost:41234,evil.test',
    'localhost\u3002:41234',
    'loc\xe4lhost:41234',
    '127.1:41234',
    '127.0.1:41234',
    '127.0.0.01:41234',
    '127.0.0.256:41234',
    '127.0.0.1.:41234',
    '127.0.0.1.evil.test:41234',
    '128.0.0.1:41234',
    '2130706433:41234',
    '0x7f000001:41234',
    '0177.0.0.1:41234',
    '0:41234',
    '0.0.0.0:41234',
    '::1:41234',
    '[::1',
    '[::1]',
    '[::]:41234',
    '[0:0:0:0:0:0:0:1]:41234',
    '[::ffff:127.0.0.1]:41234',
    '[::ffff:7f00:1]:41234',
    '[::1%25lo]:41234',
    '192.168.0.7:41234',
    'null',
    `${'a'.repeat(8_192)}.localhost:41234`,
  ])('not ours: %j', (host) => {
    expect(isOurs(host, own)).toBe(false);
  });

  test('on port 80 leave the port out', () => {
    expect(isOurs('localhost', { ...own, port: 80 })).toBe(true);
    expect(isOurs('localhost:80', { ...own, port: 80 })).toBe(true);
  });

  test('may be addresses of the machine when it listens there, and no other names', () => {
    const wide = { ...own, addresses: ['192.168.0.7', 'fe80::1'] };
    expect(isOurs('192.168.0.7:41234', wide)).toBe(true);
    expect(isOurs('[fe80::1]:41234', wide)).toBe(true);
    expect(isOurs('192.168.0.8:41234', wide)).toBe(false);
    expect(isOurs('machine.local:41234', wide)).toBe(false);
  });

  test('may be the public URL’s, with its port', () => {
    const tunnel = { ...own, publicAuthority: parseAuthority('abc.tunnel.test') };
    expect(isOurs('abc.tunnel.test', tunnel)).toBe(true);
    expect(isOurs('ABC.tunnel.test', tunnel)).toBe(true);
    expect(isOurs('abc.tunnel.test:41234', tunnel)).toBe(false);
    expect(isOurs('other.tunnel.test', tunnel)).toBe(false);
  });
});

test('origins of ours', () => {
  const tunnel = { ...own, publicAuthority: parseAuthority('abc.tunnel.test') };
  expect(isOwnOrigin('http://localhost:41234', own)).toBe(true);
  expect(isOwnOrigin('https://localhost:41234', own)).toBe(false);
  expect(isOwnOrigin('https://abc.tunnel.test', tunnel)).toBe(true);
  for (const origin of ['null', '', 'http://', 'localhost:41234', 'http://localhost', 'ftp://localhost:41234']) {
    expect(isOwnOrigin(origin, own)).toBe(false);
  }
});
