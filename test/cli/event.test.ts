import { expect, test } from 'vitest';
import { eventLine, keyOf, readEvents } from '../../src/cli/event.ts';

const event = {
  at: '2026-01-02T03:04:05.678Z',
  kind: '5xx',
  process_id: null,
  proxy_id: 'web',
  path: '/p',
  count: 1,
  text: 'GET /a 500',
  entry_id: 'req_1',
};

test('a line for people', () => {
  expect(eventLine(event, false)).toBe('03:04:05.678 5xx     GET /a 500 [req_1]');
  expect(eventLine({ ...event, count: 3, entry_id: null }, true)).toBe('03:04:05.678 5xx     ×3 GET /a 500 in /p');
});

test('the same event has the same key, another one another', () => {
  expect(keyOf({ ...event, count: 2 })).toBe(keyOf(event));
  expect(keyOf({ ...event, entry_id: 'req_2' })).not.toBe(keyOf(event));
});

test.each(['null', '[]', '{}', '{"events":[1,null]}'])('%s is an answer without events', (text) => {
  expect(readEvents(text)).toEqual({ cursor: 0, dropped: 0, events: [] });
});
