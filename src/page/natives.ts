/**
 * What the client needs of the page's world, as the lookout has saved it before any script of the page ran. What is made here has no
 * prototype, so that nothing of the page's is called when it is encoded.
 */
import type { Lookout } from './lookout/lookout.ts';
import { get } from './lookout/property.ts';

/** What this script is called with. */
declare const LOOKOUT: Lookout;
export const lookout = LOOKOUT;
export const { saved } = lookout;

export const { clock, on, quietly, wayTo, newScript, patch, put } = lookout;
export const {
  apply,
  follow,
  forget,
  holds,
  isArray,
  keys,
  later,
  listenTo,
  lookUp,
  min,
  Error: NativeError,
  Map: NativeMap,
  MutationObserver: NativeMutationObserver,
  PerformanceObserver: NativePerformanceObserver,
  WeakMap: NativeWeakMap,
  WebSocket: NativeWebSocket,
  noteDown,
  round,
  sendOn,
  setPrototypeOf,
  slice,
} = saved;

/** Its beginning. */
export const start = (text: string, length: number): string => slice(text, 0, length);

/** Of a promise that no page has: whatever became of `Promise`, which `then` looks up through it. */
export function whenOurs<T>(promise: Promise<T>, done: (value: T) => void, failed: (error: unknown) => void): void {
  put(promise, 'constructor', undefined, false);
  follow(promise, done, failed);
}

/** As long as anybody reads it. */
export const pageTitle = (): string => start(saved.read(Document.prototype, 'title', document), 300);
export const pageAddress = (): string => start(location.href, 4_096);
export const isVisible = (): boolean => saved.read(Document.prototype, 'visibilityState', document) === 'visible';

const encoder = new saved.TextEncoder();
/** In UTF-8. */
export const bytesOf = (text: string): number => saved.encodeUtf8(encoder, text).length;

/** A record without a prototype: toJSON on Object.prototype is not called. */
export const record = (): Record<string, unknown> => ({ __proto__: null });

/** A list without a prototype. */
export const list = <T>(): T[] => setPrototypeOf([], null);

export const encode = (value: unknown): string => saved.stringify(bare(value)) ?? 'null';

/** The same tree without prototypes. */
function bare(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) {
    const items = list<unknown>();
    for (let i = 0; i < value.length; i++) items[i] = bare(value[i]);
    return items;
  }
  const made = record();
  const names = keys(value);
  for (let i = 0; i < names.length; i++) made[names[i] ?? ''] = bare(get(value, names[i] ?? ''));
  return made;
}
