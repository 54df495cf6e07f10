import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cursorsOf } from '../../src/tools/cursors.ts';

test('of the first daemon a cursor is the place itself', () => {
  const { of, placeOf } = cursorsOf(1);
  expect(of(4_711)).toBe(4_711);
  expect(placeOf(4_711, 5_000)).toBe(4_711);
});

test('what a daemon has given out is a place to it, and the beginning to any later one of the next hundreds', () => {
  const place = fc.integer({ min: 0, max: 1e13 - 1 });
  fc.assert(
    fc.property(place, fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 899 }), (at, epoch, later) => {
      const cursor = cursorsOf(epoch).of(at);
      expect(Number.isSafeInteger(cursor)).toBe(true);
      expect(cursorsOf(epoch).placeOf(cursor, at)).toBe(at);
      expect(cursorsOf(epoch + later).placeOf(cursor, 1e13 - 1)).toBe(0);
    }),
  );
});

test('what nobody was given is the beginning', () => {
  expect(cursorsOf(3).placeOf(7, 100)).toBe(0);
  expect(cursorsOf(3).placeOf(cursorsOf(3).of(101), 100)).toBe(0);
});

test.each([1, 2])('what lies before the beginning of daemon %i is its beginning', (epoch) => {
  const cursors = cursorsOf(epoch);
  expect(cursors.of(-93_421)).toBe(cursors.of(0));
  expect(cursors.placeOf(cursors.of(-93_421), 100)).toBe(0);
});
