/** Moves what a process writes into shared memory, and looks for dev-server URLs in it on the way. */
import type { Park } from '../lockfree/park.ts';
import { RingBufferWriter } from '../lockfree/ring-buffer.ts';
import { findDebuggerPorts } from '../text/debugger-ports.ts';
import type { Stream } from '../text/lines.ts';
import { createUrlScanner } from '../text/urls.ts';
import type { Quiet } from './quiet.ts';
import type { OutputBuffers } from './spec.ts';
import type { Stamp } from './watermark.ts';

/** A dev server says where it is early; what comes later is not searched, so that a flood costs nothing. */
const SCANNED_BYTES = 1_048_576;

export interface Pump {
  write(stream: Stream, chunk: Buffer): void;
  /** Bytes of both streams so far: the position of the next one. */
  position(): number;
  /** Starts the search for URLs anew, for a new run. */
  beginRun(): void;
  /** What a scanner holds back for lack of a line's end is said now. */
  flush(): void;
  urls(): readonly string[];
  /** Ports that debuggers have announced. */
  debuggers(): readonly number[];
}

export interface Notices {
  /** An address that was not there before. */
  url(): void;
  /** Perhaps one, in a line that has no end yet: `flush` says. */
  maybeUrl(): void;
}

export function createPump(buffers: OutputBuffers, stamp: Stamp, changes: Park, notices: Notices, quiet: Quiet): Pump {
  const rings = { stdout: new RingBufferWriter(buffers.stdout), stderr: new RingBufferWriter(buffers.stderr) };
  let position = buffers.from;
  let scanned = 0;
  let scanners = newScanners();
  let known = new Set<string>();
  let debuggers = new Set<number>();
  const found = () => [...new Set([...scanners.stdout.urls, ...scanners.stderr.urls].map((url) => url.url))];
  const report = () => {
    const news = found().filter((url) => !known.has(url));
    for (const url of news) known.add(url);
    if (news.length > 0) notices.url();
  };
  return {
    write(stream, chunk) {
      stamp((micros) => rings[stream].write(chunk, position, micros));
      position += chunk.length;
      changes.wake();
      quiet.heard();
      if (scanned >= SCANNED_BYTES) return;
      scanned += chunk.length;
      const text = chunk.toString('latin1');
      for (const port of findDebuggerPorts(text)) debuggers.add(port);
      const scanner = scanners[stream];
      const wasHolding = scanner.isHolding;
      scanner.push(text);
      report();
      if (!wasHolding && scanner.isHolding) notices.maybeUrl();
    },
    position: () => position,
    beginRun() {
      scanners = newScanners();
      scanned = 0;
      known = new Set();
      debuggers = new Set();
    },
    flush() {
      scanners.stdout.flush();
      scanners.stderr.flush();
      report();
    },
    urls: found,
    debuggers: () => [...debuggers],
  };
}

const newScanners = () => ({ stdout: createUrlScanner(), stderr: createUrlScanner() });
