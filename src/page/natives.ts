/**
 * What the client needs of the page's world, taken before any script of the page has run: a page may replace, freeze or pollute
 * all of it later. What is made here has no prototype, so that nothing of the page's is called when it is encoded.
 */
const { apply, get, has, deleteProperty } = Reflect;
const { create, keys, setPrototypeOf, getOwnPropertyDescriptor, defineProperty: define } = Object;
const { stringify, parse } = JSON;
const { isArray } = Array;
const { max, min, round, floor, random } = Math;

const bound = <T extends object, A extends unknown[], R>(target: T, run: (this: T, ...words: A) => R) => {
  return (...words: A): R => apply(run, target, words) as R;
};

export const now = bound(performance, performance.now);
export const later = bound<Window, [() => void, number], number>(window, window.setTimeout as never);
/** Before anything else happens, but for what runs now. */
export const soon = bound<Window, [() => void], void>(window, window.queueMicrotask);
export const forget = bound<Window, [number], void>(window, window.clearTimeout as never);
export const nativeFetch = bound(window, window.fetch) as typeof fetch;
export const NativeWebSocket = WebSocket;
export const NativeRequest = Request;
export const NativeMutationObserver = MutationObserver;
export const NativePerformanceObserver = PerformanceObserver;
const { observe, takeRecords } = PerformanceObserver.prototype;
/** Starts it, and gives what has been before. */
export const observeFrom = (observer: PerformanceObserver, options: PerformanceObserverInit): PerformanceEntryList => {
  apply(observe, observer, [options]);
  return apply(takeRecords, observer, []) as PerformanceEntryList;
};
export const NativeError = Error;
export {
  apply,
  create,
  deleteProperty,
  floor,
  get,
  getOwnPropertyDescriptor,
  has,
  isArray,
  keys,
  max,
  min,
  parse,
  random,
  round,
};
export const encodePart = encodeURIComponent;

const { slice, includes } = String.prototype;
/** Its beginning. */
export const start = (text: string, length: number): string => apply(slice, text, [0, length]) as string;
export const holds = (text: string, part: string): boolean => apply(includes, text, [part]) as boolean;

const { addEventListener: listen, removeEventListener: unlisten } = EventTarget.prototype;
/** As `addEventListener` of any target. */
export const listenTo = (target: EventTarget, name: string, take: (event: Event) => void, options?: object | boolean) =>
  apply(listen, target, [name, take, options]);
export const stopListening = (target: EventTarget, name: string, take: (event: Event) => void, options?: boolean) =>
  apply(unlisten, target, [name, take, options]);

const listened: Parameters<typeof listenTo>[] = [];
setPrototypeOf(listened, null);
/** Listens at the window, as long as the page is there. */
export const on: typeof window.addEventListener = (name: string, take: unknown, options?: object | boolean): void => {
  const words: Parameters<typeof listenTo> = [window, name, take as (event: Event) => void, options];
  listened[listened.length] = words;
  apply(listenTo, undefined, words);
};
/** Once `document.open` has taken all listeners away; those that are there are not doubled. */
export function listenAgain(): void {
  for (let i = 0; i < listened.length; i++) apply(listenTo, undefined, listened[i] ?? []);
}

const { then } = Promise.prototype;
/** Calls one of both when the promise has settled; a promise that the page has is left as it is. */
export const whenSettled = <T>(promise: Promise<T>, done: (value: T) => void, failed: (error: unknown) => void): void =>
  void apply(then, promise, [done, failed]);
/** What `then` gives: a promise for the page in the place of the other, which nobody else looks at. */
export const followed = <T>(
  promise: Promise<T>,
  done: (value: T) => T,
  failed: (error: unknown) => never,
): Promise<T> => apply(then, promise, [done, failed]) as Promise<T>;
/** The same for one that no page has: whatever became of `Promise`, which `then` looks up through it. */
export function whenOurs<T>(promise: Promise<T>, done: (value: T) => void, failed: (error: unknown) => void): void {
  defineProperty(promise, 'constructor', { value: undefined });
  whenSettled(promise, done, failed);
}

/** Reads a property as the platform defines it: elements named like it, and getters put over it, do not count. */
const reader = <T extends object, R>(prototype: T, name: keyof T & string): ((of: T) => R) => {
  const getter = getOwnPropertyDescriptor(prototype, name)?.get;
  return (of) => (getter === undefined ? of[name] : apply(getter, of, [])) as R;
};
const title = reader<Document, string>(Document.prototype, 'title');
const head = reader<Document, HTMLElement | null>(Document.prototype, 'head');
const root = reader<Document, HTMLElement | null>(Document.prototype, 'documentElement');
const visibility = reader<Document, string>(Document.prototype, 'visibilityState');
export const dataOf = reader<MessageEvent, unknown>(MessageEvent.prototype, 'data');
export const responseUrl = reader<Response, string>(Response.prototype, 'url');
export const isOk = reader<Response, boolean>(Response.prototype, 'ok');
/** As long as anybody reads it. */
export const titleOf = (): string => start(title(document), 300);
export const addressOf = (): string => start(location.href, 4_096);
/** What the proxy has written on this very script. */
export const loaderMark = (): string => start(document.currentScript?.getAttribute('data-at') ?? '', 20);
export const isVisible = (): boolean => visibility(document) === 'visible';

const headers = reader<Request, Headers>(Request.prototype, 'headers');
const aborted = reader<AbortSignal, boolean>(AbortSignal.prototype, 'aborted');
const { append: appendHeader } = Headers.prototype;
const { setRequestHeader: setHeader } = XMLHttpRequest.prototype;
export const addHeader = (request: Request, name: string, value: string): void =>
  apply(appendHeader, headers(request), [name, value]);
export const setRequestHeader = (request: XMLHttpRequest, name: string, value: string): void =>
  apply(setHeader, request, [name, value]);
export const isAborted = (signal: unknown): boolean => signal instanceof AbortSignal && aborted(signal);

const { text } = Response.prototype;
export const bodyOf = (answer: Response): Promise<string> => apply(text, answer, []);

const { createElement, querySelector } = Document.prototype;
const { append, remove } = Element.prototype;
const setSource = getOwnPropertyDescriptor(HTMLScriptElement.prototype, 'src')?.set;
/** A script of that address, not in the document yet, with the nonce that the document's own scripts have. */
export function newScript(src: string): HTMLScriptElement {
  const script = apply(createElement, document, ['script']) as HTMLScriptElement;
  if (setSource === undefined) script.src = src;
  else apply(setSource, script, [src]);
  const nonce = (apply(querySelector, document, ['script[nonce]']) as HTMLScriptElement | null)?.nonce;
  if (nonce) script.nonce = nonce;
  return script;
}
export const putInDocument = (element: Element): void => apply(append, head(document) ?? root(document), [element]);
export const takeOut = (element: Element): void => apply(remove, element, []);

const session = getOwnPropertyDescriptor(window, 'sessionStorage')?.get ?? (() => sessionStorage);
const { getItem, setItem, removeItem } = Storage.prototype;
/** What the tab keeps; each of it throws where a page may keep nothing. */
export const storage = {
  get: (key: string): string | null => apply(getItem, apply(session, window, []), [key]) as string | null,
  set: (key: string, value: string): void => apply(setItem, apply(session, window, []), [key, value]),
  remove: (key: string): void => apply(removeItem, apply(session, window, []), [key]),
};

const { get: lookUp, set: noteDown } = WeakMap.prototype;
const kept = new WeakMap<object, unknown>();
/** What is known of a thing of the page's, as long as the page has it. */
export const keepFor = (thing: object, value: unknown): void => void apply(noteDown, kept, [thing, value]);
export const keptFor = (thing: object): unknown => apply(lookUp, kept, [thing]);

const { toString: source } = Function.prototype;
export const sourceOf = (run: unknown): string => apply(source, run, []);

/** As `Object.defineProperty`, of what the descriptor itself says. */
export const defineProperty = (target: object, name: string, descriptor: PropertyDescriptor): void =>
  void define(target, name, record(descriptor as Record<string, unknown>));

const encoder = new TextEncoder();
const { encode: encodeUtf8 } = TextEncoder.prototype;
/** In UTF-8. */
export const bytesOf = (text: string): number => (apply(encodeUtf8, encoder, [text]) as Uint8Array).length;

const { send, close } = WebSocket.prototype;
export const sendOn = (socket: WebSocket, text: string): void => apply(send, socket, [text]);
export const closeSocket = (socket: WebSocket): void => apply(close, socket, []);

/** A record without a prototype: toJSON on Object.prototype is not called. */
export const record = (entries: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => {
  const made: Record<string, unknown> = create(null);
  const names = keys(entries);
  // By number: iteration goes through what a page may have replaced.
  for (let i = 0; i < names.length; i++) made[names[i] ?? ''] = entries[names[i] ?? ''];
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
  const names = keys(value);
  for (let i = 0; i < names.length; i++) made[names[i] ?? ''] = bare(get(value, names[i] ?? ''));
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
