/** Park under every interleaving: who waits for something that happened is always woken; a lost wake-up is a deadlock here. */

import { describe, expect, test } from 'vitest';
import { add, load, notify, store, wait } from '#atomic';
import { PARK, Park, type Waited } from '../../src/lockfree/park.ts';
import { BOUND } from './bound.ts';
import { explore } from './explore.ts';

/** Sleeps without having said so. */
class UnannouncedWaiter extends Park {
  override wait(ticket: number): Waited {
    wait(this.words, this.version, ticket);
    return 'woken';
  }
}

/** Looks for waiters before the version has moved. */
class LooksTooEarly extends Park {
  override wake(): void {
    const waiters = load(this.words, this.waiters);
    add(this.words, this.version, 1);
    if (waiters !== 0) notify(this.words, this.version);
  }
}

/** Sleeps on the version it finds, not on the ticket's. */
class IgnoresTicket extends Park {
  override wait(): Waited {
    return super.wait(load(this.words, this.version));
  }
}

/** Moves the version and leaves it at that. */
class NeverNotifies extends Park {
  override wake(): void {
    add(this.words, this.version, 1);
  }
}

/** Wakes one of those who wait for the same thing. */
class WakesOne extends Park {
  override wake(): void {
    add(this.words, this.version, 1);
    if (load(this.words, this.waiters) !== 0) notify(this.words, this.version, 1);
  }
}

const DONE = PARK.bytes / 4;
const ASLEEP = { ok: false, error: expect.stringContaining('lost wake-up') };

/** `waiters` threads wait until the word at DONE has reached `wakers`, which as many threads raise by one each. */
function meet(wakers: number, waiters: number, kind = Park, { version = 0, stall = [] as number[] } = {}) {
  return explore(
    () => {
      const words = new Int32Array(new SharedArrayBuffer(PARK.bytes + 4));
      words[PARK.at.version] = version;
      const waker = () => {
        add(words, DONE, 1);
        new kind(words, 0).wake();
      };
      const waiter = () => {
        const park = new kind(words, 0);
        for (;;) {
          const ticket = park.prepare();
          if (load(words, DONE) === wakers) return;
          park.wait(ticket);
        }
      };
      return {
        threads: [...new Array(wakers).fill(waker), ...new Array(waiters).fill(waiter)],
        check: () => {
          if (stall.length === 0) expect(words[PARK.at.waiters]).toBe(0);
        },
      };
    },
    { preemptions: BOUND, stall },
  );
}

describe('Park', () => {
  test.each([
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 2],
  ])('%i wakers, %i waiters: nobody sleeps for ever', (wakers, waiters) => {
    expect(meet(wakers, waiters)).toMatchObject({ ok: true });
  });

  test('also when the version wraps', () => {
    expect(meet(2, 1, Park, { version: 0x7fffffff })).toMatchObject({ ok: true });
  });

  test('a waiter that stops for ever keeps nobody from waking or from being woken', () => {
    expect(meet(1, 2, Park, { stall: [1] })).toMatchObject({ ok: true });
  });

  test('a waker that stops for ever leaves its waiter asleep: wait is blocking, as its page says', () => {
    const refused = { ok: false, error: expect.stringContaining('T1 cannot finish while T0 is stalled') };
    expect(meet(1, 1, Park, { stall: [0] })).toMatchObject(refused);
  });

  test.each<[string, typeof Park, number, number]>([
    ['sleeps unannounced', UnannouncedWaiter, 1, 1],
    ['looks for waiters too early', LooksTooEarly, 1, 1],
    ['ignores the ticket', IgnoresTicket, 1, 1],
    ['never notifies', NeverNotifies, 1, 1],
    ['wakes only one', WakesOne, 1, 2],
  ])('wrong twin is refused: %s', (_, twin, wakers, waiters) => {
    expect(meet(wakers, waiters, twin)).toMatchObject(ASLEEP);
  });

  test('wrong use is refused: looking first, taking the ticket afterwards', () => {
    const result = explore(
      () => {
        const words = new Int32Array(new SharedArrayBuffer(PARK.bytes + 4));
        const waiter = () => {
          const park = new Park(words, 0);
          while (load(words, DONE) === 0) park.wait(park.prepare());
        };
        const waker = () => {
          store(words, DONE, 1);
          new Park(words, 0).wake();
        };
        return { threads: [waker, waiter] };
      },
      { preemptions: BOUND + 1 },
    );
    expect(result).toMatchObject(ASLEEP);
  });
});
