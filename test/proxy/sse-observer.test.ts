import { expect, test } from 'vitest';
import { observeEvents } from '../../src/proxy/sse-observer.ts';

function events(text: string, size: number): string[] {
  const found: string[] = [];
  const observer = observeEvents(({ payload }) => found.push(payload.toString()));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) observer.feed(bytes.subarray(at, at + size));
  return found;
}

test.each(['\n', '\r\n', '\r'])('events whose lines end in %j, cut anywhere', (end) => {
  const text = [': hello', '', 'event: a', 'data: one', 'data: two', '', '', 'data: é', '', 'data: unfinished'].join(
    end,
  );
  for (const size of [1, 2, 3, 5, 1_000]) {
    expect(events(text, size).map((event) => event.trim().split(end))).toEqual([
      [': hello'],
      ['event: a', 'data: one', 'data: two'],
      ['data: é'],
    ]);
  }
});

test('a long event is kept in part, with its size', () => {
  const found: { size: number; kept: number }[] = [];
  const observer = observeEvents(({ size, payload }) => found.push({ size, kept: payload.length }));
  for (let i = 0; i < 200; i++) observer.feed(Buffer.from(`data: ${'x'.repeat(994)}`));
  observer.feed(Buffer.from('\n\ndata: short\n\n'));
  expect(found[0]).toEqual({ size: 200_001, kept: 65_536 });
  expect(found[1]?.kept).toBeLessThan(20);
});
