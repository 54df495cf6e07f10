import { expect, test } from 'vitest';
import { wallClock } from '../../src/process/clock.ts';

const MIDNIGHT = Date.parse('2026-07-01T00:00:00.000Z');
const HOUR = 3_600e6;

test('of a machine that does not sleep, time is the wall’s at the epoch and what has gone by', () => {
  const wall = wallClock(MIDNIGHT, 7e6);
  for (const at of [1e6, 2e6, HOUR]) wall.look(at, 7e6 + at + 900_000);
  expect(wall.iso(0)).toBe('2026-07-01T00:00:00.000Z');
  expect(wall.iso(HOUR)).toBe('2026-07-01T01:00:00.000Z');
});

test('after each sleep it is so much later; what was before stays, and all stays in order', () => {
  const wall = wallClock(MIDNIGHT, 0);
  wall.look(10e6, 10e6);
  wall.look(15e6, 15e6 + HOUR);
  wall.look(20e6, 20e6 + HOUR);
  wall.look(25e6, 25e6 + 3 * HOUR);
  expect([10e6, 12e6, 20e6, 24e6].map(wall.iso)).toEqual([
    '2026-07-01T00:00:10.000Z',
    '2026-07-01T01:00:12.000Z',
    '2026-07-01T01:00:20.000Z',
    '2026-07-01T03:00:24.000Z',
  ]);
});

test('a machine that sleeps more often than is remembered is told from the last ones', () => {
  const wall = wallClock(MIDNIGHT, 0);
  for (let n = 1; n <= 1_500; n++) wall.look(n * 1e6, n * 1e6 + n * HOUR);
  expect(wall.iso(1_500e6)).toBe(new Date(MIDNIGHT + 1_500_000 + (1_500 * HOUR) / 1_000).toISOString());
});
