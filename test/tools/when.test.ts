import { expect, test } from 'vitest';
import { wallClock } from '../../src/process/clock.ts';
import { spanOf } from '../../src/tools/when.ts';

const EPOCH = Date.parse('2026-07-01T12:00:00.000Z');
const clocks = { now: 60e6, iso: (micros: number) => new Date(EPOCH + micros / 1_000).toISOString() };

test.each([
  ['30s', 30e6],
  ['250ms', 59.75e6],
  ['2026-07-01T12:00:30Z', 30e6],
  ['2026-07-01T14:00:30.5+02:00', 30.5e6],
  ['2026-07-01T12:00:30', 30e6],
  ['2026-07-01 12:00:30.250', 30.25e6],
  ['2026-07-01T12:01', 60e6],
  ['2026-07-01', -12 * 3_600e6],
])('since=%s', (since, from) => {
  expect(spanOf({ since }, clocks)).toEqual({ from, to: Number.POSITIVE_INFINITY });
});

test.each(['5', '', '5 m', 'yesterday', 'dev 5', '2026', '2026-13-01', '2026-07-01T25:00', '-5m', '12:00:30'])(
  'since=%s is no time, and what one looks like is said',
  (since) => {
    expect(() => spanOf({ since }, clocks)).toThrow(/^since=.* is no time$/);
    expect(() => spanOf({ until: since }, clocks)).toThrow(
      expect.objectContaining({
        hint: 'Give ISO 8601, such as 2026-07-01T12:01:00.000Z, or how long ago: 30s, 5m, 1h.',
      }),
    );
  },
);

test('a time before the machine slept is found as one after it', () => {
  const wall = wallClock(EPOCH, 0);
  wall.look(30e6, 30e6);
  wall.look(35e6, 35e6 + 3_600e6);
  const awake = { now: 60e6, iso: wall.iso };
  for (const micros of [10e6, 50e6]) expect(spanOf({ since: wall.iso(micros) }, awake).from).toBe(micros);
});

test('a span that ends before it begins is refused', () => {
  expect(() => spanOf({ since: '1m', until: '5m' }, clocks)).toThrow('since="1m" is later than until="5m"');
});
