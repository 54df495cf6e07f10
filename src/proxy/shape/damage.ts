/** How bodies are damaged: bits, JSON, heads. Chance is an argument. */
import type { Fields } from '../fields.ts';

type Draw = () => number;

/** One bit in about so many bytes. */
const FLIP_EVERY = 1_000;

/** Flips bits in the bytes themselves, at least one in each body that has any. */
export function bitFlipper(draw: Draw): (bytes: Uint8Array) => void {
  let left = -1;
  return (bytes) => {
    if (left < 0) left = Math.floor(draw() * Math.min(bytes.length, FLIP_EVERY));
    for (; left < bytes.length; left += 1 + Math.floor(draw() * 2 * FLIP_EVERY))
      bytes[left] = (bytes[left] ?? 0) ^ (1 << Math.floor(draw() * 8));
    left -= bytes.length;
  };
}

/** Text that no JSON parser takes: without its last bracket, or with a control character that may stand nowhere. */
export function corruptJson(text: string, draw: Draw): string {
  const trimmed = text.trimEnd();
  if (draw() < 0.5 && /[\]}]$/.test(trimmed)) return trimmed.slice(0, -1);
  const at = Math.floor(draw() * trimmed.length);
  return `${trimmed.slice(0, at)}\u0001${trimmed.slice(at)}`;
}

const BOMB_FIELDS = 120;
const BOMB_VALUE = 'x'.repeat(400);
/** What the proxy's own reader takes of a head (limits of http1.ts). */
const MOST_FIELDS = 200;
const MOST_BYTES = 64_000;

/** Fields that make the head as large as a proxy passes on: about 48 kB. */
export function bombFields(fields: Fields): string[] {
  const bytes = fields.reduce((sum, text) => sum + text.length + 2, 0);
  const room = Math.floor((MOST_BYTES - bytes - 1_000) / (BOMB_VALUE.length + 24));
  const count = Math.max(0, Math.min(BOMB_FIELDS, MOST_FIELDS - 10 - fields.length / 2, room));
  return Array.from({ length: count }, (_, at) => [`X-Chaos-Header-${at}`, BOMB_VALUE]).flat();
}
