/**
 * Wait and wake across threads without a lost wake-up: what closing a channel is in Go.
 */
import { add, load, notify, type Words, wait, waitAsync } from '#atomic';
import { layout, word } from './layout.ts';

export const PARK = layout({ version: word('wakers'), waiters: word('waiters') });

export type Waited = 'woken' | 'timed-out';

/**
 * What        Parking place: any number of wakers and waiters; a wake wakes all who hold an older ticket.
 * Roles       wake(), prepare(), waitAsync(): any thread. wait(): any thread that may block, so never the control thread.
 * Layout      offset  bytes  field    writer   meaning
 *             0       4      version  wakers   wakes so far (wrapping int32)
 *             128     4      waiters  waiters  threads between W1 and W3
 * States      a ticket is current until the next wake, then past for ever.
 * Algorithm   take a ticket (prepare), look at what is waited for, then wait with the ticket.
 *             Wake: K1 version + 1   K2 waiters = 0 → done   K3 notify all
 *             Wait: W1 waiters + 1   W2 sleep if version is the ticket's   W3 waiters − 1
 * Invariants  I1 nobody sleeps for ever with a past ticket: a change made before K1 is seen by the look, or ends the wait.
 *             I2 waiters is at least the number of threads asleep here.
 * Ordering    all words are atomic. K1 is before K2, W1 before W2. If K2 saw no waiter, W1 came after K2, so W2 comes after
 *             K1, sees a version that is not the ticket's, and does not sleep. If K2 saw one, K3 wakes who sleeps. The check of
 *             W2 and falling asleep are one step under the engine's waiter list, which K3 takes as well.
 * Effect      prepare: its load.  wake: K1.  'woken': the load of W2, or K3.
 * Progress    prepare: wait-free. wake without waiters: wait-free, an add and a load. wake with waiters: not lock-free: notify
 *             takes the engine's waiter-list lock, and a thread descheduled inside it delays the waker. wait: blocking, on purpose.
 *             A waker stalled between K1 and K3 delays the sleepers until it goes on; newcomers see its version and pass.
 * Wrap/ABA    version: a waiter would have to be stopped between prepare and W2 for exactly 2³² wakes (50 days at 1,000/s).
 * Crash       a waker lost between K1 and K3: sleepers sleep until the next wake or their time-out, so the control thread wakes
 *             every park of a lost worker. A waiter lost before W3: waiters stays raised, each wake pays K3 in vain.
 * Cost        wake 2 atomics, 21 ns (Node 20, x86-64), with waiters 3, one of them a notify: hence K2. wait 3. 256 bytes.
 * Not given   fairness, waking one waiter only, the number of wakes since the ticket.
 * Source      event count (Reed and Kanodia, CACM 1979); futex: ECMA-262 §25.4.13, 25.4.14.
 * Checked by  test/model/park.model.ts (I1, stall, wrong twins), test/stress/park.stress.ts, test/lockfree/park.test.ts
 */
export class Park {
  protected readonly words: Words;
  protected readonly version: number;
  protected readonly waiters: number;

  /** A park on PARK.bytes bytes of zeros from word `at` on. */
  constructor(words: Words, at: number) {
    this.words = words;
    this.version = at + PARK.at.version;
    this.waiters = at + PARK.at.waiters;
  }

  /** Wakes all who wait with a ticket from before. Any thread; takes effect at K1. */
  wake(): void {
    add(this.words, this.version, 1); // K1
    if (load(this.words, this.waiters) !== 0) notify(this.words, this.version); // K2, K3
  }

  /** A ticket: take it, then look at what you wait for, then wait with it. Any thread; wait-free. */
  prepare(): number {
    return load(this.words, this.version);
  }

  /** Blocks until a wake after `ticket`, at most `ms` (for ever by default). Never on the control thread. */
  wait(ticket: number, ms?: number): Waited {
    add(this.words, this.waiters, 1); // W1
    const ended = wait(this.words, this.version, ticket, ms); // W2
    add(this.words, this.waiters, -1); // W3
    return ended === 'timed-out' ? 'timed-out' : 'woken';
  }

  /** As wait, without blocking; it does not keep the event loop alive. */
  async waitAsync(ticket: number, ms?: number): Promise<Waited> {
    add(this.words, this.waiters, 1); // W1
    const ended = await waitAsync(this.words, this.version, ticket, ms); // W2
    add(this.words, this.waiters, -1); // W3
    return ended === 'timed-out' ? 'timed-out' : 'woken';
  }
}
