/** Park under every interleaving: who waits for something that happened is always woken; a lost wake-up is a deadlock here. */

import { describe, expect, test } from 'vitest';
import { add, load, notify, store, wait, waitAsync } from '#atomic';
import { PARK, Park, type Waited } from '../../src/lockfree/park.ts';
import { BOUND } from './bound.ts';
import { explore, settle } from './counted.ts';
import { traceOf } from './trace.ts';

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

/**
 * The steps of waitAsync(), with settle() where it awaits: in a model no promise is ever fulfilled. That W1 and W2 are those of
 * Park itself is shown by their trace, W3 by the unit test.
 */
class Asynchronous extends Park {
  override wait(ticket: number, ms?: number): Waited {
    add(this.words, this.waiters, 1);
    const ended = this.settled(ticket, ms);
    add(this.words, this.waiters, -1);
    return ended === 'timed-out' ? 'timed-out' : 'woken';
  }

  protected settled(ticket: number, ms?: number): string {
    const asleep = waitAsync(this.words, this.version, ticket, ms);
    return typeof asleep === 'string' ? asleep : settle(asleep);
  }
}

class UnannouncedAsynchronous extends Asynchronous {
  override wait(ticket: number): Waited {
    this.settled(ticket);
    return 'woken';
  }
}

class IgnoresTicketAsynchronous extends Asynchronous {
  protected override settled(): string {
    return super.settled(load(this.words, this.version));
  }
}

/** Sleeps first and says so afterwards, since waitAsync returns at once. */
class AnnouncesLate extends Asynchronous {
  override wait(ticket: number): Waited {
    const asleep = waitAsync(this.words, this.version, ticket);
    add(this.words, this.waiters, 1);
    if (typeof asleep !== 'string') settle(asleep);
    add(this.words, this.waiters, -1);
    return 'woken';
  }
}

/** K1 by a load and a store. */
class StoresVersion extends Park {
  override wake(): void {
    store(this.words, this.version, load(this.words, this.version) + 1);
    if (load(this.words, this.waiters) !== 0) notify(this.words, this.version);
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

/** One waker with one wake, one with two, and a waiter for all three: the version must not go back. */
function meetThrice(kind: typeof Park) {
  return explore(
    () => {
      const words = new Int32Array(new SharedArrayBuffer(PARK.bytes + 4));
      const waker = (wakes: number) => () => {
        for (let n = 0; n < wakes; n++) {
          add(words, DONE, 1);
          new kind(words, 0).wake();
        }
      };
      const waiter = () => {
        const park = new kind(words, 0);
        for (let ticket = park.prepare(); load(words, DONE) < 3; ticket = park.prepare()) park.wait(ticket);
      };
      return { threads: [waker(1), waker(2), waiter] };
    },
    { preemptions: 3 },
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

  test('and when wakers overtake each other', () => {
    expect(meetThrice(Park)).toMatchObject({ ok: true });
    expect(meetThrice(StoresVersion)).toMatchObject(ASLEEP);
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

  describe('asynchronously', () => {
    test.each([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ])('%i wakers, %i waiters: nobody waits for ever', (wakers, waiters) => {
      expect(meet(wakers, waiters, Asynchronous)).toMatchObject({ ok: true });
    });

    test('also when the version wraps, and beside a waiter that stops for ever', () => {
      expect(meet(2, 1, Asynchronous, { version: 0x7fffffff })).toMatchObject({ ok: true });
      expect(meet(1, 2, Asynchronous, { stall: [1] })).toMatchObject({ ok: true });
    });

    test.each([
      ['waits unannounced', UnannouncedAsynchronous],
      ['ignores the ticket', IgnoresTicketAsynchronous],
      ['announces late', AnnouncesLate],
    ])('wrong twin is refused: %s', (_, twin) => {
      expect(meet(1, 1, twin)).toMatchObject(ASLEEP);
    });

    test('the steps are those of Park', () => {
      const words = new Int32Array(new SharedArrayBuffer(PARK.bytes));
      const label = (_: SharedArrayBuffer, byte: number) =>
        PARK.table().find(({ offset }) => offset === byte)?.field ?? '';
      const trace = traceOf(() => void new Park(words, 0).waitAsync(0), label);
      expect(trace).toEqual(['rmw waiters + 1', 'wait version 0']);
      expect(traceOf(() => new Park(words, 0).wake(), label)).toEqual([
        'rmw version + 1',
        'load waiters',
        'notify version Infinity',
      ]);
    });
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
