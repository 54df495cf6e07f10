import { expect, test } from 'vitest';
import { fnv1a32, isBlockedPort, portsFor } from '../../src/proxy/port.ts';

test('FNV-1a of known texts', () => {
  expect(fnv1a32('')).toBe(0x811c9dc5);
  expect(fnv1a32('a')).toBe(0xe40c292c);
  expect(fnv1a32('foobar')).toBe(0xbf9cf968);
});

test('the ports of a target are the same each time, in range, different, and none that browsers block', () => {
  const ports = [...portsFor('http://localhost:3000', 200)];
  expect(ports).toEqual([...portsFor('http://localhost:3000', 200)]);
  expect(ports[0]).toBe(10_000 + (fnv1a32('http://localhost:3000') % 50_000));
  const all = [...portsFor('http://localhost:3000', 50_000)];
  expect(new Set(all).size).toBe(49_999);
  expect(all.filter((port) => port < 10_000 || port >= 60_000 || isBlockedPort(port))).toEqual([]);
});
