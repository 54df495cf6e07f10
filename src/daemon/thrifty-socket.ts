/**
 * A front's socket that holds little for it. Node would give each read 64 KiB, and read on while a reader is paused: five hundred clients
 * that send and never read made 64 MiB of that, which the collector ran after. All read into one room here, and while one is paused
 * what it sends stays with the system.
 */
import type { Socket } from 'node:net';
import { reopened } from '../proxy/accepted-socket.ts';

const ROOM_BYTES = 16_384;
/** Never given away: what is in it is copied before the next socket is read. */
const ROOM = Buffer.allocUnsafeSlow(ROOM_BYTES);

/** Of a server with `pauseOnConnect`: paused as it comes. */
export function thrifty(accepted: Socket): Socket {
  const options = {
    // Nothing is read ahead of who reads.
    readableHighWaterMark: 0,
    writableHighWaterMark: ROOM_BYTES,
    onread: {
      buffer: ROOM,
      callback: (length: number, room: Uint8Array) => socket.push(Buffer.from(room.subarray(0, length))),
    },
  };
  const socket = reopened(accepted, options);
  return socket.pause();
}
