/**
 * What the client needs of the page's world, taken before any script of the page has run: a page may replace, freeze or pollute
 * all of it later. What is made here has no prototype, so that nothing of the page's is called when it is encoded.
 */
const { apply } = Reflect;
const { create, keys, setPrototypeOf, getOwnPropertyDescriptor, defineProperty } = Object;
const { stringify, parse } = JSON;
const { isArray } = Array;
const { max, min, round, floor, random } = Math;

const bound = <T extends object, A extends unknown[], R>(target: T, run: (this: T, ...words: A) => R) => {
  return (...words: A): R => apply(run, target, words) as R;
};

export const now = bound(performance, performance.now);
export const later = bound<Window, [() => void, number], number>(window, window.setTimeout as never);
export const forget = bound<Window, [number], void>(window, window.clearTimeout as never);
export const on = bound(window, window.addEventListener) as typeof window.addEventListener;
export const nativeFetch = bound(window, window.fetch) as typeof fetch;
export const NativeWebSocket = WebSocket;
export const NativePromise = Promise;
export const NativeMutationObserver = MutationObserver;
export { defineProperty, floor, getOwnPropertyDescriptor, keys, max, min, parse, random, round };

const { send, close } = WebSocket.prototype;
export const sendOn = (socket: WebSocket, text: string): void => apply(send, socket, [text]);
export const closeSocket = (socket: WebSocket): void => apply(close, socket, []);

/** A record without a prototype: toJSON on Object.prototype is not called. */
export const record = (entries: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => {
  const made: Record<string, unknown> = create(null);
  for (const key of keys(entries)) made[key] = entries[key];
  return made;
};

/** A list without a prototype. */
export const list = <T>(): T[] => setPrototypeOf([], null);

export const encode = (value: unknown): string => stringify(bare(value)) ?? 'null';

/** The same tree without prototypes. */
function bare(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) {
    const items = list<unknown>();
    for (let i = 0; i < value.length; i++) items[i] = bare(value[i]);
    return items;
  }
  const made = record();
  for (const key of keys(value)) made[key] = bare((value as Record<string, unknown>)[key]);
  return made;
}

/** Calls `run`, and swallows what it throws: nothing of ours is thrown into the page. */
export function quietly(run: () => void): void {
  try {
    run();
  } catch {
    // The page goes on as without us.
  }
}
