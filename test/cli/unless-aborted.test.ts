import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { unlessAborted } from '../../src/cli/unless-aborted.ts';

test('an answer in time is the answer, and leaves no listener behind', async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(Promise.resolve(7), signal)).toBe(7);
  await expect(unlessAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('null when aborted before, and when aborted meanwhile', async () => {
  const end = new AbortController();
  const waiting = unlessAborted(new Promise(() => {}), end.signal);
  end.abort();
  expect(await waiting).toBeNull();
  expect(await unlessAborted(Promise.resolve(7), end.signal)).toBeNull();
});
