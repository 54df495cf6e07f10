import { expect, test } from 'vitest';
import type { Exchange } from '../../src/proxy/recorded-exchange.ts';
import { redirectLoops } from '../../src/tools/redirect-loops.ts';

const redirect = (id: number, target: string, location: string, began = id * 1_000): Exchange => ({
  id,
  method: 'GET',
  target,
  status: 302,
  outcome: 'complete',
  note: '',
  rules: '',
  began,
  connected: null,
  firstByte: null,
  ended: began + 500,
  requestBytes: 0,
  responseBytes: 0,
  request: [],
  response: ['Location', location],
  load: '',
});

/** `rounds` times from one to the next and back. */
const around = (rounds: number, every = 1_000): Exchange[] =>
  Array.from({ length: rounds * 2 }, (_, at) =>
    at % 2 === 0
      ? redirect(at + 1, '/a?x=1', '/b', at * every)
      : redirect(at + 1, '/b', 'http://localhost:1/a?x=1', at * every),
  );

test('two addresses that send to each other are one loop, by the first of them', () => {
  expect(redirectLoops(around(10))).toEqual([
    { message: 'GET /a 302 to /b, without end', ids: ['req_19'], url: '/a', micros: 18_500 },
  ]);
});

test('an address that sends to itself is one', () => {
  const all = Array.from({ length: 8 }, (_, at) => redirect(at + 1, '/a', '/a'));
  expect(redirectLoops(all)).toMatchObject([{ message: 'GET /a 302 to /a, without end' }]);
});

test('a person who comes back is no loop, nor are many redirects to different places', () => {
  expect(redirectLoops(around(7))).toEqual([]);
  expect(redirectLoops(around(10, 1_000_000))).toEqual([]);
  expect(redirectLoops(Array.from({ length: 20 }, (_, at) => redirect(at + 1, `/${at}`, `/${at + 1}`)))).toEqual([]);
});

test('a location that is no address does not throw', () => {
  const all = Array.from({ length: 8 }, (_, at) => redirect(at + 1, '/a', 'http://[bad'));
  expect(redirectLoops(all)).toMatchObject([{ message: 'GET /a 302 to , without end' }]);
});
