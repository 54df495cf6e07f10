/** Values of a page as plain trees that JSON can carry: cycles, DOM nodes, errors, collections and numbers that JSON lacks. */
import { get } from './lookout/property.ts';
import { holds, isArray, keys, list, min, record, saved, start } from './natives.ts';
import { selectorOf } from './selector.ts';

/** How much of a value is told. */
export interface Limits {
  readonly depth: number;
  /** Members of one object, items of one list. */
  readonly keys: number;
  /** Of one text. */
  readonly text: number;
  /** Objects and texts, all together. */
  readonly nodes: number;
  /** Of all texts together. */
  readonly characters: number;
}

/** What stands in an entry. */
export const BRIEF: Limits = { depth: 6, keys: 100, text: 10_000, nodes: 5_000, characters: 100_000 };

/** Never throws: what a getter throws stands in its place. */
export function plain(value: unknown, limits: Limits = BRIEF): unknown {
  return plainAt(value, { depth: 0, above: [], left: { nodes: limits.nodes, characters: limits.characters }, limits });
}

interface Place {
  readonly depth: number;
  readonly above: readonly object[];
  /** Of the whole value. */
  readonly left: { nodes: number; characters: number };
  readonly limits: Limits;
}

/** The kind of a value, as a person would name it. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  try {
    if (isArray(value)) return 'array';
    return value.constructor?.name || 'object';
  } catch {
    return 'object';
  }
}

/** Of another frame too: each has a class of its own. */
export function isError(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  try {
    if (value instanceof Error) return true;
  } catch {
    // A proxy that is revoked, or does not let anybody look.
    return false;
  }
  const stack = read(value, 'stack');
  return typeof stack === 'string' && stack !== '' && typeof read(value, 'message') === 'string';
}

/** '' where looking throws. */
export function read(from: object, name: string): unknown {
  try {
    return get(from, name);
  } catch {
    return '';
  }
}

function plainAt(value: unknown, place: Place): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return cut(value, place);
  if (typeof value === 'number') return Number.isFinite(value) ? (Object.is(value, -0) ? '-0' : value) : String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'undefined') return 'undefined';
  if (typeof value === 'symbol') return String(value);
  try {
    return typeof value === 'function' ? `ƒ ${nameOf(value)}()` : plainObject(value, place);
  } catch (error) {
    return `[unreadable: ${String(error)}]`;
  }
}

function plainObject(value: object, place: Place): unknown {
  if (place.above.includes(value)) return '[circular]';
  if (value instanceof Node) return nodeText(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof RegExp || value instanceof URL || value instanceof URLSearchParams) return String(value);
  // Of this or another frame: it leads to everything.
  if (get(value, Symbol.toStringTag) === 'Window') return '[Window]';
  if (value instanceof WeakMap || value instanceof WeakSet || value instanceof Promise) return `[${typeOf(value)}]`;
  place.left.nodes -= 1;
  if (place.depth >= place.limits.depth || place.left.nodes < 0) return `[${typeOf(value)}]`;
  const inside: Place = { ...place, depth: place.depth + 1, above: [...place.above, value] };
  return isError(value) ? errorOf(value, inside) : membersOf(value, inside);
}

function membersOf(value: object, inside: Place): unknown {
  if (value instanceof Map) return tagged(`Map(${value.size})`, value.entries(), inside);
  if (value instanceof Set) return tagged(`Set(${value.size})`, value.values(), inside);
  if (value instanceof Headers) return tagged('Headers', value.entries(), inside);
  if (value instanceof FormData) return tagged('FormData', value.entries(), inside);
  if (value instanceof ArrayBuffer || value instanceof DataView)
    return `[${typeOf(value)} of ${value.byteLength} bytes]`;
  if (isList(value)) return items(value, inside);
  const names = shownOf(value) ?? keys(value);
  const made = record();
  const most = min(names.length, inside.limits.keys);
  for (let i = 0; i < most; i++) made[names[i] ?? ''] = memberOf(value, names[i] ?? '', inside);
  if (names.length > most) made['…'] = `${names.length - most} more`;
  return made;
}

/** What a person would look at in objects of the platform, which keep it in getters of their prototypes. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  Response: ['status', 'statusText', 'url', 'type'],
  Request: ['method', 'url', 'mode'],
  Blob: ['size', 'type'],
  File: ['name', 'size', 'type'],
  AbortSignal: ['aborted', 'reason'],
  MediaQueryList: ['matches', 'media'],
  WebSocket: ['url', 'readyState'],
  XMLHttpRequest: ['readyState', 'status', 'responseURL'],
  CustomEvent: ['type', 'target', 'detail'],
  MessageEvent: ['type', 'origin', 'data'],
  CloseEvent: ['type', 'code', 'reason', 'wasClean'],
};

/** Null where its own members say what it is. */
function shownOf(value: object): readonly string[] | null {
  if (value instanceof Event) return SHOWN[typeOf(value)] ?? ['type', 'target'];
  const shown = SHOWN[String(get(value, Symbol.toStringTag))];
  if (shown !== undefined) return shown;
  const toJson: unknown = get(value, 'toJSON');
  // Rectangles, performance entries and their like, not what a page has made itself.
  if (typeof toJson !== 'function' || keys(value).length > 0 || !holds(saved.sourceOf(toJson), '[native code]'))
    return null;
  return keys(toJson.call(value) as object);
}

/** A getter may throw, and must not take the others along. */
function memberOf(value: object, name: string, inside: Place): unknown {
  try {
    return plainAt(get(value, name), inside);
  } catch (error) {
    return `[unreadable: ${String(error)}]`;
  }
}

function tagged(tag: string, members: Iterable<unknown>, inside: Place): unknown {
  const made = record();
  const some = list<unknown>();
  let others = 0;
  for (const member of members)
    if (some.length < inside.limits.keys) some[some.length] = plainAt(member, inside);
    else others += 1;
  if (others > 0) some[some.length] = `… ${others} more`;
  made[tag] = some;
  return made;
}

function items(members: ArrayLike<unknown>, inside: Place): unknown[] {
  const made = list<unknown>();
  const most = min(members.length, inside.limits.keys);
  for (let i = 0; i < most; i++) made[i] = plainAt(members[i], inside);
  if (members.length > most) made[most] = `… ${members.length - most} more`;
  return made;
}

const isList = (value: object): value is ArrayLike<unknown> & object =>
  isArray(value) ||
  ArrayBuffer.isView(value) ||
  value instanceof NodeList ||
  value instanceof HTMLCollection ||
  value instanceof DOMTokenList;

function errorOf(error: object, inside: Place): unknown {
  const made = record();
  for (const name of ['name', 'message', 'stack']) made[name] = cut(String(read(error, name)), inside);
  for (const name of ['cause', 'errors']) {
    const value = read(error, name);
    if (value !== undefined && value !== '') made[name] = plainAt(value, inside);
  }
  return made;
}

const nodeText = (node: Node): string => (node instanceof Element ? selectorOf(node) : `[${node.nodeName}]`);

function cut(text: string, { left, limits }: Place): string {
  const most = min(limits.text, left.characters);
  left.characters -= min(text.length, most);
  return text.length > most ? `${start(text, most)}… (${text.length})` : text;
}

function nameOf(value: object): string {
  const name = Reflect.getOwnPropertyDescriptor(value, 'name')?.value;
  return typeof name === 'string' ? name : '';
}
