/** Host fields: what names a host and what does not, once, twice and not at all. */
import { bad, good, type HostileCase, message } from './hostile-parts.ts';
import { HIGH } from './hostile-values.ts';

export function hosts(): HostileCase[] {
  const names = [
    'a',
    'a:80',
    'A.b',
    'a.',
    'localhost:5173',
    '127.0.0.1',
    '127.0.0.1:1',
    '[::1]',
    '[::1]:80',
    '[::ffff:1.2.3.4]',
    'a_b',
    'a%20b',
    '',
    'a:',
    'x--y',
  ];
  const odd = [
    'a b',
    'a/b',
    'a?b',
    'a#b',
    'a@b',
    'http://a',
    'a\\b',
    'a:b',
    'a:80:80',
    'a:-1',
    '[::1',
    '::1]',
    '::1',
    '[a]b',
    '[]x',
    'a,b c',
    '"a"',
    'a%2',
    'a%zz',
    'a<b',
    '{a}',
    'a|b',
    'a^b',
    'a`b',
    'a\tb',
    'a:123456',
    ...HIGH,
  ];
  return [...names.map((name) => ({ name, legal: true })), ...odd.map((name) => ({ name, legal: false }))]
    .flatMap(({ name, legal }) => [
      { group: 'host', text: message('GET / HTTP/1.1', [`Host: ${name}`]), legal },
      { group: 'host', text: message('GET / HTTP/1.0', [`hOST:${name}`]), legal },
      bad('host', message('GET / HTTP/1.1', [`Host: ${name}`, `Host: ${name}`])),
      bad('host', message('GET / HTTP/1.1', ['Host: localhost', 'Accept: */*', `HOST: ${name}`])),
      bad('host', message('GET / HTTP/1.0', [`Host: ${name}`, 'host: localhost'])),
    ])
    .concat([
      bad('host', message('GET / HTTP/1.1', [])),
      bad('host', message('GET / HTTP/1.1', ['Accept: */*', 'X-Host: a'])),
      good('host', message('GET / HTTP/1.0', [])),
      good('host', message('GET / HTTP/1.0', ['Connection: keep-alive'])),
    ]);
}
