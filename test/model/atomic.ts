/** `#atomic` for models: the exports of src/lockfree/atomic.ts, each of them a step of the model checker. */
import { perform } from './door.ts';
import { placeOf } from './step.ts';
import type { Waiting } from './waiters.ts';

export type { Bytes, WideWords, Words } from '../../src/lockfree/atomic.ts';

type Real = typeof import('../../src/lockfree/atomic.ts');

export const load: Real['load'] = (words, at) => perform('load', placeOf(words, at), () => Atomics.load(words, at));
export const store: Real['store'] = (words, at, value) =>
  perform('store', placeOf(words, at), () => void Atomics.store(words, at, value), value);
export const add: Real['add'] = (words, at, value) =>
  perform('rmw', placeOf(words, at), () => Atomics.add(words, at, value), `+ ${value}`);
export const or: Real['or'] = (words, at, bits) =>
  perform('rmw', placeOf(words, at), () => Atomics.or(words, at, bits), `| ${bits}`);
export const and: Real['and'] = (words, at, bits) =>
  perform('rmw', placeOf(words, at), () => Atomics.and(words, at, bits), `& ${bits}`);
export const exchange: Real['exchange'] = (words, at, value) =>
  perform('rmw', placeOf(words, at), () => Atomics.exchange(words, at, value), value);
export const compareExchange: Real['compareExchange'] = (words, at, expected, value) =>
  perform(
    'rmw',
    placeOf(words, at),
    () => Atomics.compareExchange(words, at, expected, value),
    `${expected} → ${value}`,
    (before) => before === (expected | 0),
  );

export const loadWide: Real['loadWide'] = (words, at) =>
  perform('load', placeOf(words, at), () => Atomics.load(words, at));
export const storeWide: Real['storeWide'] = (words, at, value) =>
  perform('store', placeOf(words, at), () => void Atomics.store(words, at, value), value);
export const addWide: Real['addWide'] = (words, at, value) =>
  perform('rmw', placeOf(words, at), () => Atomics.add(words, at, value), `+ ${value}`);

/** Sleeps until notified. With `ms`, time passes when nobody else can run; 0 is over at once. */
export const wait: Real['wait'] = (words, at, expected, ms) => {
  const place = placeOf(words, at);
  return perform(
    'wait',
    place,
    (execution) => {
      if (Atomics.load(words, at) !== expected) return 'not-equal';
      if (ms === 0) return 'timed-out';
      if (execution === undefined) throw new Error('wait: nobody is left to notify outside of a model');
      execution.sleep(place, isTimed(ms));
      return 'ok';
    },
    expected,
  );
};
/** As wait; the promise is for settle(), which stands for `await`. */
export const waitAsync: Real['waitAsync'] = (words, at, expected, ms) => {
  const place = placeOf(words, at);
  return perform<'not-equal' | 'timed-out' | Waiting>(
    'wait',
    place,
    (execution) => {
      if (Atomics.load(words, at) !== expected) return 'not-equal';
      if (ms === 0) return 'timed-out';
      const promise: Waiting = new Promise(() => {});
      execution?.sleep(place, isTimed(ms), promise);
      return promise;
    },
    expected,
  );
};
export const notify: Real['notify'] = (words, at, count = Number.POSITIVE_INFINITY) => {
  const place = placeOf(words, at);
  return perform('notify', place, (execution) => execution?.wake(place, count) ?? 0, count);
};
export const spin: Real['spin'] = () => perform('spin', undefined, () => {});

export const get: Real['get'] = (words, at) => perform('get', placeOf(words, at), () => words[at] ?? 0);
export const set: Real['set'] = (words, at, value) =>
  perform(
    'set',
    placeOf(words, at),
    () => {
      words[at] = value;
    },
    value,
  );
export const copyIn: Real['copyIn'] = (target, at, source) =>
  perform('copyIn', placeOf(target, at, source.length), () => target.set(source, at), `${source.length} bytes`);
export const copyOut: Real['copyOut'] = (source, at, length) =>
  perform(
    'copyOut',
    placeOf(source, at, length),
    () => new Uint8Array(source.subarray(at, at + length)),
    `${length} bytes`,
  );

const isTimed = (ms: number | undefined): boolean => ms !== undefined && ms !== Number.POSITIVE_INFINITY;

/** Every export of the real file is here. */
export const EXPORTS = {
  ...{ load, store, add, or, and, exchange, compareExchange, loadWide, storeWide, addWide },
  ...{ wait, waitAsync, notify, spin, get, set, copyIn, copyOut },
} satisfies Real;
