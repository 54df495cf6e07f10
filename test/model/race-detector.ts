/**
 * Happens-before by vector clocks, and the data races that it shows (ECMA-262 §29.8, §29.9).
 *
 * A clock is a number per thread: how much of that thread's past is known. An atomic load joins the clock of the store that it
 * reads. Two accesses of the same byte race when one of them is plain, one of them writes, and neither knows the other.
 */

import type { Place } from './step.ts';

export type Clock = number[];

/** How bytes are touched: the row of the shadow memory that keeps the clock of the last such access. */
export type Touch = typeof PLAIN_READ | typeof PLAIN_WRITE | typeof ATOMIC_READ | typeof ATOMIC_WRITE;
export const PLAIN_READ = 0;
export const PLAIN_WRITE = 1;
export const ATOMIC_READ = 2;
export const ATOMIC_WRITE = 3;
const TOUCHES = 4;

const NAMES = ['plain read', 'plain write', 'atomic read', 'atomic write'] as const;
const CONFLICTS: readonly (readonly Touch[])[] = [
  [PLAIN_WRITE, ATOMIC_WRITE],
  [PLAIN_READ, PLAIN_WRITE, ATOMIC_READ, ATOMIC_WRITE],
  [PLAIN_WRITE],
  [PLAIN_READ, PLAIN_WRITE],
];

/** What is remembered of one buffer. Entries of earlier executions are below the base of all clocks of this one, so nothing is cleared. */
interface Shadow {
  /** Per byte, touch and thread: the thread's own clock at its last such access. */
  readonly last: Float64Array;
  /** Per byte: the clock of the atomic store that is read there now. */
  readonly published: (Clock | undefined)[];
  /** Per byte: the base, when an atomic word of 4 or of 8 bytes begins there in this execution. */
  readonly narrow: Float64Array;
  readonly wide: Float64Array;
}

export interface RaceDetector {
  /** Begins an execution and forgets the one before; the threads' clocks, equal at the start. */
  begin(): Clock[];
  /** Records an access by a thread; throws an Error that names the race, if it is one. */
  access(place: Place, touch: Touch, thread: number, clock: Clock): void;
  /** An atomic load by the thread with `clock`: it now knows what the store that it reads knew. */
  acquire(place: Place, clock: Clock): void;
  /** An atomic store by the thread with `clock`; after acquire(), if it is a read-modify-write. */
  release(place: Place, clock: Clock): void;
}

/** `into` learns what `other` knows. */
export function join(into: Clock, other: Clock): void {
  for (let n = 0; n < into.length; n++) into[n] = Math.max(into[n] ?? 0, other[n] ?? 0);
}

export function createRaceDetector(threads: number): RaceDetector {
  const pool: Shadow[] = [];
  let shadows = new Map<SharedArrayBuffer, Shadow>();
  let clocks: Clock[] = [];
  let base = 1;

  const shadowOf = (buffer: SharedArrayBuffer): Shadow => {
    const known = shadows.get(buffer);
    if (known !== undefined) return known;
    const pooled = pool[shadows.size];
    const isReusable = pooled !== undefined && pooled.narrow.length === buffer.byteLength;
    const shadow = isReusable ? pooled : newShadow(buffer.byteLength, threads);
    pool[shadows.size] = shadow;
    shadows.set(buffer, shadow);
    return shadow;
  };

  return {
    begin() {
      for (const clock of clocks) for (const one of clock) base = Math.max(base, one + 1);
      shadows = new Map();
      clocks = Array.from({ length: threads }, () => new Array<number>(threads).fill(base));
      return clocks;
    },
    access({ view, byte, bytes }, touch, thread, clock) {
      const { last } = shadowOf(view.buffer);
      for (let at = byte; at < byte + bytes; at++) {
        const row = at * TOUCHES * threads;
        for (const other of CONFLICTS[touch] ?? []) {
          for (let peer = 0; peer < threads; peer++) {
            if (peer === thread || (last[row + other * threads + peer] ?? 0) <= (clock[peer] ?? 0)) continue;
            throw new Error(`data race at byte ${at}: ${NAMES[other]} by T${peer} and ${NAMES[touch]} by T${thread}`);
          }
        }
        last[row + touch * threads + thread] = clock[thread] ?? 0;
      }
    },
    acquire({ view, byte, bytes }, clock) {
      const shadow = shadowOf(view.buffer);
      checkWidth(shadow, byte, bytes, base);
      const published = shadow.published[byte];
      if (published !== undefined) join(clock, published);
    },
    release({ view, byte, bytes }, clock) {
      const shadow = shadowOf(view.buffer);
      checkWidth(shadow, byte, bytes, base);
      shadow.published[byte] = clock.slice();
    },
  };
}

const newShadow = (bytes: number, threads: number): Shadow => ({
  last: new Float64Array(bytes * TOUCHES * threads),
  published: [],
  narrow: new Float64Array(bytes),
  wide: new Float64Array(bytes),
});

/** A store synchronizes with a load of the same byte range only (§29.6.5): one width per word, for ever. */
function checkWidth(shadow: Shadow, byte: number, bytes: number, base: number): void {
  const isWide = bytes === 8;
  const isMixed = isWide
    ? shadow.narrow[byte] === base || shadow.narrow[byte + 4] === base
    : shadow.wide[byte - (byte % 8)] === base;
  if (isMixed) throw new Error(`two widths at byte ${byte}: an atomic word is 4 or 8 bytes wide, for ever`);
  (isWide ? shadow.wide : shadow.narrow)[byte] = base;
}
