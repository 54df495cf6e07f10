/** What a process has written, read from shared memory: both streams, merged by the position at which each piece was written. */
import { RING, RingBufferReader, ringBytes } from '../lockfree/ring-buffer.ts';
import type { Piece, Stream } from '../text/lines.ts';
import type { OutputBuffers } from './spec.ts';

/** The thread's bit in the journals' pin words. */
export const CONTROL_READER = 0;

/** Bytes of one stream's shared memory. */
export const OUTPUT_BYTES = ringBytes(RING);

export interface OutputRead {
  readonly pieces: readonly Piece[];
  /** Bytes written to the streams asked for, in all. */
  readonly total: number;
  readonly dropped: number;
  /** Position after the last byte read; where there was none, the one asked for. */
  readonly cursor: number;
}

export interface OutputTotals {
  readonly stdout_bytes: number;
  readonly stderr_bytes: number;
  readonly dropped_bytes: number;
}

export class ProcessOutput {
  readonly #from: number;
  readonly #readers: Readonly<Record<Stream, RingBufferReader>>;
  #last: OutputTotals | null = null;

  constructor(buffers: OutputBuffers) {
    this.#from = buffers.from;
    this.#readers = {
      stdout: new RingBufferReader(buffers.stdout, CONTROL_READER),
      stderr: new RingBufferReader(buffers.stderr, CONTROL_READER),
    };
  }

  /** Before the buffers go back: nothing is read from them any more. */
  retire(): void {
    this.#last = this.totals();
  }

  /** Kept bytes from position `since` on, in the order in which they were written. */
  read(stream: Stream | 'combined', since = 0): OutputRead {
    if (this.#last !== null) return { pieces: [], total: 0, dropped: 0, cursor: since };
    const streams: readonly Stream[] = stream === 'combined' ? ['stdout', 'stderr'] : [stream];
    const pieces: Piece[] = [];
    let total = 0;
    let dropped = 0;
    for (const name of streams) {
      const snapshot = this.#readers[name].snapshot(since);
      for (const piece of snapshot.pieces) pieces.push({ stream: name, ...piece });
      total += snapshot.total;
      dropped += snapshot.dropped;
    }
    pieces.sort((a, b) => a.position - b.position);
    const last = pieces.at(-1);
    return { pieces, total, dropped, cursor: last === undefined ? since : last.position + last.bytes.length };
  }

  /** The position of the next byte. */
  end(): number {
    const { stdout, stderr } = this.#readers;
    const written =
      this.#last === null ? stdout.total() + stderr.total() : this.#last.stdout_bytes + this.#last.stderr_bytes;
    return this.#from + written;
  }

  totals(): OutputTotals {
    if (this.#last !== null) return this.#last;
    const { stdout, stderr } = this.#readers;
    return {
      stdout_bytes: stdout.total(),
      stderr_bytes: stderr.total(),
      dropped_bytes: stdout.dropped() + stderr.dropped(),
    };
  }
}
