/**
 * The line that goes into a document, and the columns of what stands behind it: the loader says where it is and how long, the page
 * client says so in its hello, and what the page tells of its own scripts is then told as if the loader were not there.
 */
import type { Hello, PageEntry } from '../page/protocol.ts';

type Facts = PageEntry['facts'];

const LF = 0x0a;
const CR = 0x0d;

/** Both begin with `<script`, and are ASCII. */
export interface Loader {
  /** The client itself: a page waits for no answer then. */
  readonly inline: Buffer;
  /** By its address, where a policy lets no script stand in the document. */
  readonly external: Buffer;
  /** Ten hexadecimal digits: another client has others. */
  readonly version: string;
}

const BEGINNING = '<script'.length;

/** The loader with its nonce, and `data-at="2:00108"`: on the document's second line, 108 characters of it are ours. */
export function placedLoader(loader: Buffer, nonce: string | null, before: Uint8Array): Buffer {
  const attributes = nonce === null ? '' : ` nonce="${nonce}"`;
  const made = (length: number) =>
    `<script${attributes} data-at="${lineAtEnd(before)}:${String(length).padStart(5, '0')}"`;
  const rest = loader.subarray(BEGINNING);
  return Buffer.concat([Buffer.from(made(made(0).length + rest.length), 'latin1'), rest]);
}

/** Lines end with LF, CR or both, as a parser reads them (WHATWG HTML 13.2.3.5). */
function lineAtEnd(bytes: Uint8Array): number {
  let line = 1;
  for (let at = 0; at < bytes.length; at++)
    if (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] !== LF)) line += 1;
  return line;
}

/** `at` is where the page is now: scripts that run later are named by that. */
export function withoutLoader<T>(told: T, { loader, document, url }: Hello, at = url): T {
  const [, line, length] = /^(\d{1,6}):(\d{5})$/.exec(loader) ?? [];
  if (line === undefined || length === undefined) return told;
  const addresses = [...new Set([document, url, at ?? url].map((address) => address.replace(/#.*/s, '')))];
  return straight(told, {
    addresses: addresses.filter((address) => address !== ''),
    line,
    length: Number(length),
  }) as T;
}

interface Shift {
  readonly addresses: readonly string[];
  readonly line: string;
  readonly length: number;
}

function straight(told: unknown, shift: Shift): unknown {
  if (typeof told === 'string') return straightText(told, shift);
  if (Array.isArray(told)) return told.map((one) => straight(one, shift));
  if (typeof told !== 'object' || told === null) return told;
  const facts = Object.fromEntries(Object.entries(told).map(([name, value]) => [name, straight(value, shift)]));
  const { file, line, column } = facts as Facts;
  const isOwn = shift.addresses.includes(String(file).replace(/#.*/s, '')) && line === Number(shift.line);
  return isOwn ? { ...facts, column: without(Number(column), shift) } : facts;
}

/** Each `http://localhost:3000/cart:2:150` in it. */
const straightText = (text: string, shift: Shift): string =>
  shift.addresses.reduce((sum, address) => {
    const [first = '', ...others] = sum.split(`${address}:${shift.line}:`);
    return [
      first,
      ...others.map((rest) => rest.replace(/^\d{1,9}/, (column) => String(without(Number(column), shift)))),
    ].join(`${address}:${shift.line}:`);
  }, text);

const without = (column: number, { length }: Shift): number => (column > length ? column - length : column);
