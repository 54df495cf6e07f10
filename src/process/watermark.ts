/**
 * Until when all that the process worker has stamped can be read.
 */
import { load, store, type Words } from '#atomic';
import { layout, word } from '../lockfree/layout.ts';
import { distance } from '../lockfree/sequence.ts';
import type { Clock } from './clock.ts';

export const WATERMARK = layout({ since: word('process worker') });

const NOTHING = 0;

/** `write` puts what it is given as the time of something where readers find it. */
export type Stamp = (write: (micros: number) => void) => void;

/**
 * What        An instant before which nothing more will come; one writer, any readers. A cursor that goes no further misses nothing,
 *             though a record is stamped before it can be read, and the writer may have to wait for a processor in between.
 * Roles       stamp: the process worker. until: any thread.
 * Layout      offset  bytes  field  writer          meaning
 *             0       4      since  process worker  low 32 bits of a time not after the stamp of what is being written; 0: nothing is
 * Algorithm   stamp:  W1 since ← clock   W2 stamp ← clock   W3 the record is written, with its stamp   W4 since ← 0
 *             until:  R1 now ← clock   R2 since: 0 → now − 1, else the earlier of it and now, − 1
 * Invariants  I1 what is stamped at until() or earlier can be read by whoever looks after R2.
 * Ordering    Every word is atomic, so all steps have one order, and the clock is the same for all threads. A record that cannot be
 *             read yet has its W3 after R2. If its W1 comes after R2 too, so does its W2: stamp ≥ now. Else R2 has seen that W1:
 *             stamp ≥ since.
 * Effect      stamp: W3.  until: R2.
 * Progress    Both wait-free. A writer that is stopped between W1 and W4 lets the watermark stand, and nobody wait.
 * Wrap/ABA    2³¹ µs: a worker that takes 35 minutes for one write has a later watermark than it should.
 * Crash       A lost worker is fatal to the daemon.
 * Cost        stamp 2 readings of the clock and 2 stores, until 1 load; 128 bytes.
 * Not given   order between records; records of other writers; a watermark that never falls back: who has read the clock for W1 long
 *             before it is stored takes it back there, and loses nothing by it.
 * Source      Low watermarks: Akidau et al., "MillWheel: Fault-Tolerant Stream Processing at Internet Scale", VLDB 2013, 4.
 * Checked by  test/model/watermark.model.ts (I1, stall, wrong twins), test/process/watermark.test.ts
 */
export class Watermark {
  protected readonly words: Words;
  protected readonly at: number;

  constructor(words: Words, at: number) {
    this.words = words;
    this.at = at + WATERMARK.at.since;
  }

  /** What `write` does with the time that it gets is there, or has failed, when this returns. The process worker alone, one at a time. */
  stamp(clock: Pick<Clock, 'micros'>, write: (micros: number) => void): void {
    this.begin(clock.micros()); // W1
    try {
      write(clock.micros()); // W2, W3
    } finally {
      this.end();
    }
  }

  /** Microseconds of the clock; `now` is what it has just told. */
  until(now: number): number {
    const since = load(this.words, this.at); // R2
    const late = since === NOTHING ? 0 : Math.max(0, distance(since, now | 0));
    return now - late - 1;
  }

  protected begin(since: number): void {
    store(this.words, this.at, since | 0 || -1);
  }

  /** W4. */
  protected end(): void {
    store(this.words, this.at, NOTHING);
  }
}
