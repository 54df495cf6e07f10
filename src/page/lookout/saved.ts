/**
 * What the client needs of the page's world, taken before any script of the page has run: a page may replace, freeze or pollute all of
 * it later. Taken alone, since a page waits for this. Methods are functions of their object here.
 */
const { apply, deleteProperty } = Reflect;
const { keys, setPrototypeOf } = Object;
export const { getOwnPropertyDescriptor, defineProperty } = Object;
const { min, round, random } = Math;

const method =
  <T, A extends unknown[], R>(run: (this: T, ...words: A) => R) =>
  (of: T, ...words: A): R =>
    apply(run as (this: T, ...words: unknown[]) => R, of, words);

/** Reads a property as the platform defines it: elements named like it, and getters put over it, do not count. */
const reader = <T extends object, K extends keyof T & string>(prototype: T, name: K) => {
  const getter = getOwnPropertyDescriptor(prototype, name)?.get;
  return (of: T): T[K] => (getter === undefined ? of[name] : apply(getter, of, []));
};

type Known = WeakMap<object, unknown>;
type Listen = (this: EventTarget, name: string, take: (event: Event) => void, options?: object | boolean) => void;
type Append = (this: Element, child: Element | string) => void;
type Then = <T>(this: Promise<T>, done: (value: T) => unknown, failed: (error: unknown) => unknown) => Promise<T>;

const inDocument = Document.prototype;
const inStorage = Storage.prototype;
const inAnswer = Response.prototype;

export const headersOf = reader(Request.prototype, 'headers');
export const addHeader = method(Headers.prototype.append);
export const setHeader = method(XMLHttpRequest.prototype.setRequestHeader);
export const abortedOf = reader(AbortSignal.prototype, 'aborted');
export const answerUrl = reader(inAnswer, 'url');
export const storageOf = reader(window, 'sessionStorage');
export const getItem = method(inStorage.getItem);
export const setItem = method(inStorage.setItem);
export const removeItem = method(inStorage.removeItem);
export const scriptOf = reader(inDocument, 'currentScript') as (of: Document) => HTMLScriptElement | null;
export const find = method(inDocument.querySelector as (this: Document, selector: string) => HTMLElement | null);
export const makeElement = method(inDocument.createElement as (this: Document, name: string) => HTMLElement);
export const setSource = getOwnPropertyDescriptor(HTMLScriptElement.prototype, 'src')?.set;
export const NativeRequest = Request;

/** What the rest needs too. */
export const saved = {
  apply,
  deleteProperty,
  keys,
  setPrototypeOf,
  stringify: JSON.stringify,
  parse: JSON.parse,
  isArray: Array.isArray,
  min,
  round,
  random,
  sourceOf: method(Function.prototype.toString),
  slice: method(String.prototype.slice),
  holds: method(String.prototype.includes),
  follow: method(Promise.prototype.then as Then),
  Map,
  WeakMap,
  lookUp: method(WeakMap.prototype.get as (this: Known, key: object) => unknown),
  noteDown: method(WeakMap.prototype.set as (this: Known, key: object, value: unknown) => unknown),
  Error,
  now: performance.now.bind(performance),
  later: setTimeout.bind(window) as (run: () => void, ms: number) => number,
  forget: clearTimeout.bind(window) as (timer: number) => void,
  /** Before anything else happens, but for what runs now. */
  soon: queueMicrotask.bind(window),
  listenTo: method(EventTarget.prototype.addEventListener as Listen),
  stopListening: method(EventTarget.prototype.removeEventListener as Listen),
  nativeFetch: fetch.bind(window),
  bodyOf: method(inAnswer.text),
  isOk: reader(inAnswer, 'ok'),
  WebSocket,
  sendOn: method(WebSocket.prototype.send),
  closeSocket: method(WebSocket.prototype.close),
  dataOf: reader(MessageEvent.prototype, 'data'),
  MutationObserver,
  PerformanceObserver,
  observe: method(PerformanceObserver.prototype.observe),
  takeRecords: method(PerformanceObserver.prototype.takeRecords),
  TextEncoder,
  encodeUtf8: method(TextEncoder.prototype.encode),
  titleOf: reader(inDocument, 'title'),
  rootOf: reader(inDocument, 'documentElement'),
  visibilityOf: reader(inDocument, 'visibilityState'),
  append: method(Element.prototype.append as Append),
  takeOut: method(Element.prototype.remove),
};

export type Saved = typeof saved;
