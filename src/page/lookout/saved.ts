/**
 * What the client needs of the page's world, taken before any script of the page has run: a page may replace, freeze or pollute all of
 * it later. Taken alone, since a page waits for this. Methods are functions of their object here.
 */
const { apply, deleteProperty, get } = Reflect;
/** What a page has frozen stays as it is. */
export const { defineProperty } = Reflect;
const { keys, setPrototypeOf } = Object;
export const { getOwnPropertyDescriptor } = Object;
const { min, round, random } = Math;

/** A method as a function of its object: bound by the engine itself, since a function of ours would have to be compiled for it. */
const method: <T, A extends unknown[], R>(run: (this: T, ...words: A) => R) => (of: T, ...words: A) => R =
  Function.prototype.bind.bind(Function.prototype.call);

/** Reads a property as the platform defines it: elements named like it, and getters put over it, do not count. */
const reader = <T extends object, K extends keyof T & string>(prototype: T, name: K) =>
  method(getOwnPropertyDescriptor(prototype, name)?.get as (this: T) => T[K]);

type Known = WeakMap<object, unknown>;
type Listen = (this: EventTarget, name: string, take: (event: Event) => void, options?: object | boolean) => void;
type Append = (this: Element, child: Element | string) => void;
type Then = <T>(this: Promise<T>, done: (value: T) => unknown, failed: (error: unknown) => unknown) => Promise<T>;

const inDocument = Document.prototype;
const inStorage = Storage.prototype;
const inAnswer = Response.prototype;
const inScript = HTMLScriptElement.prototype;

export const headersOf = reader(Request.prototype, 'headers');
export const addHeader = method(Headers.prototype.append);
export const setHeader = method(XMLHttpRequest.prototype.setRequestHeader);
export const storageOf = reader(window, 'sessionStorage');
export const getItem = method(inStorage.getItem);
export const setItem = method(inStorage.setItem);
export const removeItem = method(inStorage.removeItem);
export const scriptOf = reader(inDocument, 'currentScript') as (of: Document) => HTMLScriptElement | null;
export const find = method(inDocument.querySelector as (this: Document, selector: string) => HTMLElement | null);
export const makeElement = method(inDocument.createElement as (this: Document, name: string) => HTMLElement);
export const setSource = getOwnPropertyDescriptor(inScript, 'src')?.set;
export const sourceIn = reader(inScript, 'text');
export const isEnumerable = method(Object.prototype.propertyIsEnumerable);
export const NativeRequest = Request;
export const every = setInterval.bind(window) as (run: () => void, ms: number) => number;
export const endEvery = clearInterval.bind(window) as (timer: number) => void;

/** What the rest needs too. */
export const saved = {
  apply,
  deleteProperty,
  /** As `reader` does, of what a page gains nothing by lying about. */
  read: get as <T extends object, K extends keyof T>(prototype: T, name: K, of: T) => T[K],
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
  rootOf: reader(inDocument, 'documentElement'),
  append: method(Element.prototype.append as Append),
  takeOut: method(Element.prototype.remove),
};

export type Saved = typeof saved;
