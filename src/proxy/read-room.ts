/**
 * Room for what sockets of ours receive (net's `onread`). Node gives each read 64 KiB of its own, which costs more than copying a
 * usual answer: here all sockets read into one room and their pieces leave it as copies, except where the bytes come in bulk.
 */
import { Buffer } from 'node:buffer';
import type { OnReadOpts } from 'node:net';
import { sliceOf } from './slab.ts';

const SMALL_BYTES = 16_384;
/** A large one wakes both ends less often: 256 KiB take a fifth less of the processor than 64. */
const BULK_BYTES = 262_144;

/** Never given away: what is in it is copied before the next socket is read. */
const shared = Buffer.allocUnsafeSlow(SMALL_BYTES);

/** Bytes go to `take`, and do not change any more. When it says false, no more is read until the socket is resumed. */
export function readRoom(take: (chunk: Buffer) => unknown): OnReadOpts {
  let isBulk = false;
  return {
    // Asked after each piece: what a socket reads in bulk is its taker's.
    buffer: () => (isBulk ? Buffer.allocUnsafeSlow(BULK_BYTES) : shared),
    callback(length, room) {
      const wasShared = room === shared;
      isBulk = length >= SMALL_BYTES;
      const piece = Buffer.from(room.buffer, room.byteOffset, length);
      return take(wasShared ? copyOf(piece) : piece) !== false;
    },
  };
}

function copyOf(piece: Buffer): Buffer {
  const copy = sliceOf(piece.length);
  copy.set(piece);
  return copy;
}
