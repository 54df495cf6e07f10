import { expect, test } from 'vitest';
import { WATERMARK, Watermark } from '../../src/process/watermark.ts';

const fresh = () => new Watermark(new Int32Array(new SharedArrayBuffer(WATERMARK.bytes)), 0);

test('all is there until now, while nothing is being written', () => {
  expect(fresh().until(5_000)).toBe(4_999);
});

test.each([1_000, 2 ** 31 - 1, 2 ** 31 + 7, 2 ** 32, 2 ** 32 - 1, 2 ** 45])(
  'what is written from %s on comes behind it',
  (began) => {
    const watermark = fresh();
    let micros = began;
    watermark.stamp({ micros: () => micros++ }, (stamp) => {
      expect(stamp).toBe(began + 1);
      for (const later of [1, 2, 1_000, 2 ** 31 - 2])
        expect(watermark.until(began + later)).toBeGreaterThanOrEqual(began - 2);
      for (const later of [1, 2, 1_000, 2 ** 31 - 2]) expect(watermark.until(began + later)).toBeLessThan(stamp);
      // Whoever has read the clock before the writing began.
      expect(watermark.until(began - 10)).toBe(began - 11);
    });
    expect(watermark.until(began + 20)).toBe(began + 19);
  },
);

test('it falls back where a write began before the last look, and was told of after it', () => {
  const watermark = fresh();
  const times = [990, 1_001];
  expect(watermark.until(1_000)).toBe(999);
  watermark.stamp({ micros: () => times.shift() ?? 0 }, () => expect(watermark.until(1_002)).toBe(989));
});

test('what cannot be written holds nobody up', () => {
  const watermark = fresh();
  const write = () =>
    watermark.stamp({ micros: () => 7 }, () => {
      throw new Error('full');
    });
  expect(write).toThrow('full');
  expect(watermark.until(100)).toBe(99);
});
