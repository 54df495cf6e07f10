/** Park on one thread: tickets, the wrap, time-outs, and what a wake leaves. Races are the model test's. */
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { PARK, Park } from '../../src/lockfree/park.ts';
import { documentsLayout } from './documents.ts';

const fresh = (version = 0) => {
  const words = new Int32Array(new SharedArrayBuffer(128 + PARK.bytes));
  words[32 + PARK.at.version] = version;
  const waiters = () => words[32 + PARK.at.waiters];
  return { park: new Park(words, 32), waiters };
};

describe('Park', () => {
  test('a wake between ticket and wait ends the wait at once', () => {
    const { park, waiters } = fresh();
    const ticket = park.prepare();
    park.wake();
    expect(park.wait(ticket)).toBe('woken');
    expect(waiters()).toBe(0);
  });

  test('nobody wakes: the wait ends by its time-out', () => {
    const { park, waiters } = fresh();
    expect(park.wait(park.prepare(), 1)).toBe('timed-out');
    expect(waiters()).toBe(0);
  });

  test.each([0, 0x7fffff00, 0x7fffffff, -1])(
    'a wake wakes all asynchronous waiters (version from %i)',
    async (version) => {
      const { park, waiters } = fresh(version);
      const ticket = park.prepare();
      const waits = [park.waitAsync(ticket), park.waitAsync(ticket), park.waitAsync(ticket)];
      expect(waiters()).toBe(3);
      park.wake();
      expect(await Promise.all(waits)).toEqual(['woken', 'woken', 'woken']);
      expect(waiters()).toBe(0);
      expect(park.prepare()).toBe((version + 1) | 0);
    },
  );

  test('asynchronous waits with a past ticket, and with a time-out', async () => {
    const { park, waiters } = fresh();
    const past = park.prepare();
    park.wake();
    expect(await park.waitAsync(past)).toBe('woken');
    // waitAsync keeps no loop alive; a message port does until the time-out has come.
    const { port1, port2 } = new MessageChannel();
    port1.on('message', () => {});
    expect(await park.waitAsync(park.prepare(), 1)).toBe('timed-out');
    port1.close();
    port2.close();
    expect(waiters()).toBe(0);
  });

  test('the page shows the layout', () => {
    expect(documentsLayout('park', PARK)).toEqual([]);
  });
});
