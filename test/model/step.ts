/** What a thread does in one step, and which steps do not commute. */

/** `end` is awaitEnd(), `settle` the await of a waitAsync(). Everything up to `settle` is a place to switch threads. */
export type Kind = 'load' | 'store' | 'rmw' | 'wait' | 'notify' | 'spin' | 'end' | 'settle' | PlainKind;
export type PlainKind = 'get' | 'set' | 'copyIn' | 'copyOut';

type View = Int32Array<SharedArrayBuffer> | BigInt64Array<SharedArrayBuffer> | Uint8Array<SharedArrayBuffer>;

/** An element of a view of shared memory, or a range of bytes from one on. */
export interface Place {
  readonly view: View;
  readonly at: number;
  /** From the start of the buffer. */
  readonly byte: number;
  readonly bytes: number;
}

export const placeOf = (view: View, at: number, bytes: number = view.BYTES_PER_ELEMENT): Place => ({
  view,
  at,
  byte: view.byteOffset + at * view.BYTES_PER_ELEMENT,
  bytes,
});

export interface Step {
  readonly kind: Kind;
  /** Undefined for what touches no memory. */
  readonly place: Place | undefined;
  /** It is the first of an operation of the history. */
  readonly begins: boolean;
}

export const isPlain = (kind: Kind): kind is PlainKind =>
  kind === 'get' || kind === 'set' || kind === 'copyIn' || kind === 'copyOut';

/** Waits count as writes: the order of waiters decides whom a notify wakes. */
export const isWrite = (kind: Kind): boolean =>
  kind !== 'load' && kind !== 'get' && kind !== 'copyOut' && kind !== 'spin';

export const isRead = (kind: Kind): boolean =>
  kind !== 'store' && kind !== 'set' && kind !== 'copyIn' && kind !== 'notify';

/** Whether the order of two steps of different threads can matter. */
export function areDependent(a: Step, b: Step): boolean {
  if (a.kind === 'spin') return isWrite(b.kind);
  if (b.kind === 'spin') return isWrite(a.kind);
  // Any step of a thread may be its last; timed waits time out in the order in which they began.
  if (a.kind === 'end' || b.kind === 'end' || (a.kind === 'wait' && b.kind === 'wait')) return true;
  if (a.kind === 'settle' || b.kind === 'settle') return isWrite(a.kind) && isWrite(b.kind);
  if (a.place === undefined || b.place === undefined || a.place.view.buffer !== b.place.view.buffer) return false;
  const isOverlap = a.place.byte < b.place.byte + b.place.bytes && b.place.byte < a.place.byte + a.place.bytes;
  return isOverlap && (isWrite(a.kind) || isWrite(b.kind));
}
