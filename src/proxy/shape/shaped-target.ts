/** The connection to the target behind a shaped socket: it is there in time, or lost. */
import type { Socket } from 'node:net';
import type { Dial } from '../dial.ts';
import type { Clock } from './clock.ts';

const CONNECT_MS = 10_000;

export interface ShapedTargetOwner {
  connected(): void;
  received(chunk: Buffer): void;
  /** It sends no more. */
  ended(): void;
  /** It is closed without having ended. */
  lost(why: NodeJS.ErrnoException): void;
  drained(): void;
}

export function openTarget(dial: Dial, clock: Clock, owner: ShapedTargetOwner): Socket {
  const { socket, ready } = dial((chunk) => owner.received(chunk));
  let why: NodeJS.ErrnoException = Object.assign(new Error('the target closed the connection'), { code: 'ECLOSED' });
  let hasEnded = false;
  const deadline = clock.after(CONNECT_MS, () => {
    const message = `no connection within ${CONNECT_MS / 1_000} s`;
    socket.destroy(Object.assign(new Error(message), { code: 'ETIMEDOUT' }));
  });
  socket.on(ready, () => {
    deadline.cancel();
    owner.connected();
  });
  socket.on('drain', () => owner.drained());
  socket.on('end', () => {
    hasEnded = true;
    owner.ended();
  });
  socket.on('error', (error) => {
    why = error;
  });
  socket.on('close', () => {
    deadline.cancel();
    if (!hasEnded) owner.lost(why);
  });
  return socket;
}
