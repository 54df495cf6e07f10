import { expect, test } from 'vitest';
import { createListened } from '../../src/daemon/listened.ts';

const listen = (...uris: unknown[]) => ({
  method: 'subscriptions/listen',
  params: { notifications: { resourceSubscriptions: uris } },
});

test('what is asked for is listened to until it ends, and no more than the bound', () => {
  const listened = createListened(3);
  expect(listened.uris()).toBeNull();
  expect(listened.began(1, listen('a', 'b'))).toBe(true);
  expect(listened.began('x', listen('b', 'c', 'd', 'e'))).toBe(true);
  expect([...(listened.uris() ?? [])]).toEqual(['a', 'b', 'c']);
  listened.ended(1);
  expect([...(listened.uris() ?? [])]).toEqual(['b', 'c', 'd']);
  listened.ended('x');
  expect(listened.uris()).toBeNull();
});

test.each([
  ['another request', { ...listen('a'), method: 'tools/call' }],
  ['no address', listen()],
  ['no list', { method: 'subscriptions/listen', params: { notifications: { resourceSubscriptions: 'a' } } }],
  ['no parameters', { method: 'subscriptions/listen' }],
  ['no text', listen(1, null, {})],
  ['nothing', null],
])('%s is none', (_name, message) => {
  const listened = createListened(3);
  expect(listened.began(1, message)).toBe(false);
  expect(listened.uris()).toBeNull();
});
