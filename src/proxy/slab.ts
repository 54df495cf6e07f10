/**
 * Buffers of 4 to 16 KiB, cut from larger ones. Node's own pool has smaller ones only, and to take each from the system and give it back
 * costs more than to fill it.
 */
import { Buffer } from 'node:buffer';

const SLAB_BYTES = 65_536;
/** Below, Node's pool has them; whoever keeps one keeps less alive by it. */
const LEAST_BYTES = Buffer.poolSize / 2;

let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let used = 0;

/** As `Buffer.allocUnsafe`, at most 64 KiB. */
export function sliceOf(length: number): Buffer {
  if (length < LEAST_BYTES) return Buffer.allocUnsafe(length);
  if (used + length > SLAB_BYTES) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    used = 0;
  }
  const at = used;
  // The next one begins at a multiple of 8.
  used = (at + length + 7) & ~7;
  return Buffer.from(slab.buffer, at, length);
}
