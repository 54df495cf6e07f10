import { expect, test } from 'vitest';
import { createPageClock } from '../../src/proxy/page-clock.ts';

test('the shortest way there and back counts, and no time is in the future', () => {
  const clock = createPageClock(100, 1_000_000);
  expect(clock.map(50, 2_000_000)).toBe(950_000);
  // The page's clock is 890 ms behind ours; the first message took 10 ms.
  clock.answered(clock.ask(1_100_000), 212, 1_104_000);
  expect(clock.map(212, 2_000_000)).toBe(1_102_000);
  clock.answered(clock.ask(1_200_000), 400, 1_300_000);
  expect(clock.map(212, 2_000_000)).toBe(1_102_000);
  expect(clock.map(9_999, 2_000_000)).toBe(2_000_000);
});

test('an answer to an older question says nothing', () => {
  const clock = createPageClock(0, 0);
  const old = clock.ask(10);
  clock.ask(20);
  clock.answered(old, 999, 21);
  expect(clock.map(1, 100_000)).toBe(1_000);
});
