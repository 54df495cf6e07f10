/**
 * A connection's lines, each in one chunk, and only as fast as its peer takes the answers: a client that sends and never reads would
 * else have all its answers pile up here. A line that is too long or holds too many values is said and dropped: the SDK's reader closes in
 * silence on the one, and parses the other.
 */
import { type Duplex, Readable } from 'node:stream';
import { createLines } from '../home/lines.ts';
import { hasFewValues, MOST_VALUES } from '../home/values-in.ts';
import type { Place } from './turns.ts';

export interface WholeLines {
  readonly lines: Readable;
  /** Bytes of memory that this end holds for the peer: what it has not ended, what was not answered, what it has not taken. */
  held(): number;
}

export interface LineParts {
  /** The answers are written to it. */
  readonly connection: Duplex;
  /** Its place among all that send. */
  readonly turns: Place;
  readonly mostBytes: number;
  /** What is said to a line in place of passing it on; null: it is passed on. */
  answerInstead?(line: Buffer): string | null;
  /** A line that would cost too much was dropped. */
  onRefused(why: string): void;
  /** So many bytes have come. */
  onBytes?(bytes: number): void;
}

export function wholeLines(parts: LineParts): WholeLines {
  const { connection, turns, mostBytes, onRefused, onBytes = () => {}, answerInstead = () => null } = parts;
  const lines = new Readable({ read: () => wanted?.() });
  const splitter = createLines(mostBytes, take, ({ bytes }) => onRefused(`a line of ${bytes} bytes was dropped`));
  /** Of the chunk in hand. */
  let left = 0;
  let wanted: (() => void) | null = null;

  function take(line: Buffer): void {
    if (!hasFewValues(line)) {
      onRefused(`a line of more than ${MOST_VALUES} values was dropped`);
      return;
    }
    const answer = answerInstead(line);
    if (answer !== null) connection.write(answer);
    else lines.push(line);
  }

  /** One chunk in hand, and none behind it. */
  function passOn(chunk: Buffer): void {
    onBytes(chunk.length);
    connection.pause();
    void passChunk(chunk).then(() => connection.resume());
  }

  /** Line by line: what is answered at once is written within this turn, and the next line waits until that is taken. */
  async function passChunk(chunk: Buffer): Promise<void> {
    for (let from = 0; from < chunk.length && !isBroken(); ) {
      left = chunk.length - from;
      await turns.next(left);
      if (isBroken()) break;
      const end = chunk.indexOf(10, from) + 1 || chunk.length;
      splitter.push(chunk.subarray(from, end));
      from = end;
      await new Promise(setImmediate);
      await untilWanted();
      await untilTaken(connection);
    }
    left = 0;
  }

  /** Who has said everything and gone is heard to the end; who is gone with the rest unsaid is not. */
  const isBroken = () => connection.destroyed && !connection.readableEnded;

  async function untilWanted(): Promise<void> {
    if (lines.readableLength < lines.readableHighWaterMark || isBroken()) return;
    await new Promise<void>((resolve) => {
      wanted = resolve;
    });
    wanted = null;
  }

  connection
    .on('data', passOn)
    .once('end', () => lines.push(null))
    .resume();
  connection.once('close', () => {
    wanted?.();
    if (!isBroken()) return;
    turns.leave();
    lines.destroy();
  });
  return {
    lines,
    held: () => connection.readableLength + left + splitter.held + connection.writableLength,
  };
}

async function untilTaken(sink: Duplex): Promise<void> {
  while (sink.writableNeedDrain && !sink.destroyed) await drainOrClose(sink);
}

function drainOrClose(sink: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      sink.off('drain', done).off('close', done);
      resolve();
    };
    sink.on('drain', done).on('close', done);
  });
}
