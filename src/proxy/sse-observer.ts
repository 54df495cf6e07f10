/** Events of a `text/event-stream` in passing (WHATWG HTML 9.2.6): bounded, never changing a byte. */
import { IS_EVENT, type MessageRecord } from './traffic-records.ts';

const MOST_KEPT = 64 * 1_024;
const CR = 0x0d;
const LF = 0x0a;

export interface EventObserver {
  feed(chunk: Buffer): void;
}

/** `tell` gets each event's lines as they came, without its closing empty line. */
export function observeEvents(tell: (event: MessageRecord) => void): EventObserver {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let size = 0;
  let lineBytes = 0;
  let wasCr = false;
  /** An event has just ended, and nothing of the next one has come. */
  let isBetween = true;

  function end(): void {
    if (size > 0) tell({ opcode: 1, flags: IS_EVENT, size, payload: Buffer.concat(kept) });
    kept = [];
    keptBytes = 0;
    size = 0;
    isBetween = true;
  }

  function take(bytes: Buffer): void {
    size += bytes.length;
    const room = MOST_KEPT - keptBytes;
    if (room <= 0) return;
    // A copy: the chunk's memory is the socket's to use again.
    const part = Buffer.from(bytes.subarray(0, room));
    kept.push(part);
    keptBytes += part.length;
  }

  return {
    feed(chunk) {
      let from = 0;
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at];
        if (byte !== CR && byte !== LF) {
          lineBytes += 1;
          wasCr = false;
          isBetween = false;
          continue;
        }
        // The second half of CR LF.
        if (byte === LF && wasCr) {
          wasCr = false;
          if (isBetween) from = at + 1;
          continue;
        }
        wasCr = byte === CR;
        if (lineBytes === 0) {
          take(chunk.subarray(from, at));
          end();
          from = at + 1;
        }
        lineBytes = 0;
      }
      if (from < chunk.length) take(chunk.subarray(from));
    },
  };
}
