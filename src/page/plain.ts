/** Values of a page as plain trees that JSON can carry: cycles, DOM nodes, errors, collections and numbers that JSON lacks. */
import { isArray, keys, list, record } from './natives.ts';
import { selectorOf } from './selector.ts';

const MOST_DEPTH = 6;
const MOST_KEYS = 100;
const LONGEST_TEXT = 10_000;
const MOST_NODES = 5_000;

/** Never throws: what a getter throws stands in its place. */
export function plain(value: unknown): unknown {
  return plainAt(value, { depth: 0, above: [], nodes: 0 });
}

interface Place {
  depth: number;
  readonly above: readonly object[];
  nodes: number;
}

/** The kind of a value, as a person would name it. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (isArray(value)) return 'array';
  try {
    return value.constructor?.name || 'object';
  } catch {
    return 'object';
  }
}

function plainAt(value: unknown, place: Place): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'undefined') return 'undefined';
  if (typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return `ƒ ${nameOf(value)}()`;
  try {
    return plainObject(value, place);
  } catch (error) {
    return `[unreadable: ${String(error)}]`;
  }
}

function plainObject(value: object, place: Place): unknown {
  if (place.above.includes(value)) return '[circular]';
  if (value instanceof Node) return nodeText(value);
  if (value instanceof Error) return errorOf(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (value instanceof WeakMap || value instanceof WeakSet || value instanceof Promise) return `[${typeOf(value)}]`;
  place.nodes += 1;
  if (place.depth >= MOST_DEPTH || place.nodes > MOST_NODES) return `[${typeOf(value)}]`;
  const inside: Place = { depth: place.depth + 1, above: [...place.above, value], nodes: place.nodes };
  const made = membersOf(value, inside);
  place.nodes = inside.nodes;
  return made;
}

function membersOf(value: object, inside: Place): unknown {
  if (value instanceof Map) return tagged(`Map(${value.size})`, [...value.entries()], inside);
  if (value instanceof Set) return tagged(`Set(${value.size})`, [...value.values()], inside);
  if (value instanceof ArrayBuffer) return `[ArrayBuffer of ${value.byteLength} bytes]`;
  if (isArray(value) || ArrayBuffer.isView(value) || isArrayLike(value))
    return items(Array.from(value as never), inside);
  const made = record();
  const names = keys(value);
  for (let i = 0; i < names.length && i < MOST_KEYS; i++)
    made[names[i] ?? ''] = memberOf(value, names[i] ?? '', inside);
  if (names.length > MOST_KEYS) made['…'] = `${names.length - MOST_KEYS} more`;
  return made;
}

/** A getter may throw, and must not take the others along. */
function memberOf(value: object, name: string, inside: Place): unknown {
  try {
    return plainAt(Reflect.get(value, name), inside);
  } catch (error) {
    return `[unreadable: ${String(error)}]`;
  }
}

function tagged(tag: string, members: readonly unknown[], inside: Place): unknown {
  const made = record();
  made[tag] = items(members, inside);
  return made;
}

function items(members: readonly unknown[], inside: Place): unknown[] {
  const made = list<unknown>();
  for (let i = 0; i < members.length && i < MOST_KEYS; i++) made[i] = plainAt(members[i], inside);
  if (members.length > MOST_KEYS) made[MOST_KEYS] = `… ${members.length - MOST_KEYS} more`;
  return made;
}

const isArrayLike = (value: object): boolean => value instanceof NodeList || value instanceof HTMLCollection;

function errorOf(error: Error): unknown {
  const made = record({
    name: String(error.name),
    message: cut(String(error.message)),
    stack: cut(String(error.stack ?? '')),
  });
  if (error.cause !== undefined)
    made['cause'] = error.cause instanceof Error ? errorOf(error.cause) : String(error.cause);
  return made;
}

const nodeText = (node: Node): string => (node instanceof Element ? selectorOf(node) : `[${node.nodeName}]`);
const cut = (text: string): string =>
  text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${text.length})` : text;

function nameOf(value: object): string {
  const name = Reflect.getOwnPropertyDescriptor(value, 'name')?.value;
  return typeof name === 'string' ? name : '';
}
