import { expect, test } from 'vitest';
import { ownFirst, serverAddress, servingFirst } from '../../src/process/server-address.ts';

test('addresses of ports that it listens on come first, the others keep their order', () => {
  const urls = ['http://localhost:8080', 'http://localhost', 'https://localhost', 'http://[::1]:3000/'];
  expect(ownFirst(urls, [], [])).toEqual(urls);
  expect(ownFirst(urls, [3000, 443], [])).toEqual([urls[2], urls[3], urls[0], urls[1]]);
  expect(ownFirst(urls, [80], [])).toEqual([urls[1], urls[0], urls[2], urls[3]]);
});

test('while no port is open the order stays, and what is new comes last', () => {
  const [a, b, c] = ['http://localhost:1', 'http://localhost:2', 'http://localhost:3'];
  expect(ownFirst([a, b, c], [], [b, a])).toEqual([b, a, c]);
  expect(ownFirst([a, b, c], [3], [b, a])).toEqual([c, b, a]);
  // What turned out to be half an address is gone.
  expect(ownFirst([b, c], [], [a, b])).toEqual([b, c]);
});

test('where it serves: its first URL, else a port that is no debugger’s', () => {
  expect(servingFirst([2345, 3000, 9229], [9229, 2345, 1])).toEqual([3000, 2345, 9229]);
  expect(serverAddress({ urls: ['http://localhost:1'], ports: [2], debuggers: [] })).toBe('http://localhost:1');
  expect(serverAddress({ urls: [], ports: [9229, 3000], debuggers: [9229] })).toBe('http://localhost:3000');
  expect(serverAddress({ urls: [], ports: [9229], debuggers: [9229] })).toBeNull();
});
