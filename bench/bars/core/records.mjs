// Records that prove themselves: a number, filling that follows from it, and a checksum over both.
import { JournalReader, journalBytes } from '../../../dist/lockfree.js';

export const GEOMETRY = { pages: 8, pageBytes: 2048, readers: 3 };

export function memoryOf(buffer) {
  return { words: new Int32Array(buffer), wide: new BigInt64Array(buffer), bytes: new Uint8Array(buffer) };
}

export const newJournal = () => new SharedArrayBuffer(journalBytes(GEOMETRY));

/** A body of `number`, 8 bytes and more. */
export function bodyOf(number, length) {
  const body = new Uint8Array(8 + length);
  const view = new DataView(body.buffer);
  view.setUint32(0, number);
  for (let i = 8; i < body.length; i++) body[i] = (number + i * 31) & 0xff;
  view.setUint32(4, checksum(body));
  return body;
}

export function isSound(body) {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  return body.length >= 8 && view.getUint32(4) === checksum(body);
}

export const numberOf = (body) => new DataView(body.buffer, body.byteOffset, body.length).getUint32(0);

/** FNV-1a over all but its own place. */
function checksum(body) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < body.length; i++) {
    if (i >= 4 && i < 8) continue;
    hash = Math.imul(hash ^ body[i], 0x01000193);
  }
  return hash >>> 0;
}

/** What a snapshot holds against the rules: torn bodies, gaps, numbers that do not follow each other. */
export function faultsIn(records) {
  let faults = 0;
  for (const [index, { body, sequence }] of records.entries()) {
    if (!isSound(body)) faults += 1;
    if (index > 0 && sequence !== records[index - 1].sequence + 1) faults += 1;
    if (index > 0 && numberOf(body) <= numberOf(records[index - 1].body)) faults += 1;
  }
  return faults;
}

/** Numbers by chance that a seed repeats (mulberry32). */
export function chance(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

export const openReader = (buffer, reader) => new JournalReader(memoryOf(buffer), reader, GEOMETRY);
