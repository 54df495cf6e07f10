import { expect, test } from 'vitest';
import { sliceOf } from '../../src/proxy/slab.ts';

test('no slice is written by another one, however long they are', () => {
  const lengths = [0, 1, 4_095, 4_096, 4_097, 5_003, 16_383, 16_384, 65_535, 65_536];
  const slices = Array.from({ length: 200 }, (_, i) => sliceOf(lengths[(i * 7) % lengths.length] ?? 0).fill(i));
  for (const [i, slice] of slices.entries()) expect(slice.every((byte) => byte === i)).toBe(true);
  expect(slices.map(({ length }) => length)).toEqual(slices.map((_, i) => lengths[(i * 7) % lengths.length]));
});
