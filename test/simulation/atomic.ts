/** `#atomic` on virtual time: waiting without blocking is the scheduler's, so that a seed gives one run; all else is the real one. */
export * from '../../src/lockfree/atomic.ts';

import { load, type Words } from '../../src/lockfree/atomic.ts';

const sleepers = new WeakMap<ArrayBufferLike, Map<number, (() => void)[]>>();
let later: (run: () => void) => void = (run) => run();

/** How those who are woken get their turn, from here on. */
export function wakeThrough(schedule: (run: () => void) => void): void {
  later = schedule;
}

const placeOf = (words: Words, at: number): number => words.byteOffset + at * 4;

export function waitAsync(words: Words, at: number, expected: number): 'not-equal' | Promise<'ok'> {
  if (load(words, at) !== expected) return 'not-equal';
  const places = sleepers.get(words.buffer) ?? new Map<number, (() => void)[]>();
  sleepers.set(words.buffer, places);
  return new Promise((resolve) => {
    const place = placeOf(words, at);
    places.set(place, [...(places.get(place) ?? []), () => resolve('ok')]);
  });
}

export function notify(words: Words, at: number): number {
  const places = sleepers.get(words.buffer);
  const woken = places?.get(placeOf(words, at)) ?? [];
  places?.delete(placeOf(words, at));
  for (const wake of woken) later(wake);
  return woken.length;
}
