/** Waiting and the ends of threads under the model checker: sleeps, wake-ups, time-outs, successors; and traces outside of it. */

import { describe, expect, test } from 'vitest';
import { add, get, load, notify, set, spin, store, type Words, wait, waitAsync } from '#atomic';
import { awaitEnd, explore, settle, verify } from './explore.ts';
import { createRing, model } from './specimens.ts';
import { traceOf } from './trace.ts';

describe('waiting', () => {
  const waiter = (words: Words) => () => wait(words, 0, 0);
  const waker = (words: Words) => () => {
    store(words, 0, 1);
    return notify(words, 0);
  };

  test('wait sleeps only on the value it expects, and notify tells how many it woke', () => {
    const outcomes = new Set<string>();
    const make = model(
      1,
      (words) => [waiter(words), waker(words)],
      (results) => outcomes.add(results.join(' ')),
    );
    expect(verify(make).ok).toBe(true);
    expect([...outcomes].sort()).toEqual(['not-equal 0', 'ok 1']);
  });

  test('a time-out ends a wait when nobody else can run', () => {
    const outcomes = new Set<string>();
    const sleeper = (words: Words) => () => wait(words, 0, 0, 10);
    const late = model(
      1,
      (words) => [sleeper(words), () => load(words, 0)],
      ([how]) => outcomes.add(String(how)),
    );
    expect(verify(late).ok).toBe(true);
    expect([...outcomes]).toEqual(['timed-out']);
  });

  test('notify with a count wakes in order of arrival', () => {
    const arrivals = model(2, (words) => [
      waiter(words),
      () => {
        store(words, 1, 1);
        return wait(words, 0, 0);
      },
      () => {
        while (load(words, 1) === 0) spin();
        const first = notify(words, 0, 1);
        return [first, notify(words, 0, 5)];
      },
    ]);
    expect(explore(arrivals, { preemptions: 1 }).error).toMatch(/^deadlock/); // it may notify before they sleep
  });

  test('waitAsync does not stop its thread; settle does, until notified', () => {
    const asynchronous = model(
      2,
      (words) => [
        () => {
          const waiting = waitAsync(words, 0, 0);
          set(words, 1, 1);
          return typeof waiting === 'string' ? waiting : settle(waiting);
        },
        waker(words),
      ],
      ([how, woken]) => expect([how, woken]).toEqual(how === 'ok' ? ['ok', 1] : ['not-equal', 0]),
    );
    expect(verify(asynchronous).ok).toBe(true);
    const forgotten = model(1, (words) => [
      () => {
        const waiting = waitAsync(words, 0, 0);
        return typeof waiting === 'string' ? waiting : settle(waiting);
      },
      () => store(words, 0, 1),
    ]);
    expect(explore(forgotten).error).toMatch(/^deadlock/);
  });

  test('awaitEnd waits for a thread’s end, tells whether it was lost, and knows what it did', () => {
    const outcomes = new Set<unknown>();
    const heir = model(
      2,
      (words) => [
        () => {
          set(words, 0, 1);
          add(words, 1, 1);
          set(words, 0, 2);
          add(words, 1, 1);
        },
        () => [awaitEnd(0), get(words, 0), load(words, 1)].join(' '),
      ],
      ([, seen]) => outcomes.add(seen),
    );
    expect(verify(heir, { stall: [0] }).ok).toBe(true);
    expect(outcomes).toEqual(new Set(['done 2 2', 'lost 1 1', 'lost 2 1']));
  });
});

describe('traceOf', () => {
  test('tells the operations of a body in order', () => {
    const words: Words = new Int32Array(new SharedArrayBuffer(16));
    const label = (_: SharedArrayBuffer, byte: number) => ['tail', 'head', 'slot 0', 'slot 1'][byte / 4];
    const push = () => createRing(words, 2).push(5);
    expect(traceOf(push, label)).toEqual(['load tail', 'load head', 'set slot 0 5', 'store tail 1']);
  });
});
