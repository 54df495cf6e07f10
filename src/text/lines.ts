/**
 * Lines out of the pieces of one process's output. The two streams assemble their lines separately, and a line's place among
 * all is where its first byte arrived.
 */
import { createScreen } from './terminal.ts';
import { decodeUtf8 } from './utf8.ts';

export type Stream = 'stdout' | 'stderr';

/** What one read of one stream brought. */
export interface Piece {
  readonly stream: Stream;
  /** Bytes of both streams before this piece. */
  readonly position: number;
  readonly micros: number;
  readonly bytes: Uint8Array;
}

export interface Line {
  readonly stream: Stream;
  /** Position of the line's first byte. */
  readonly position: number;
  /** Position after its last byte, its newline not counted. */
  readonly end: number;
  /** When the first byte arrived. */
  readonly micros: number;
  /** When the last one did. */
  readonly heard: number;
  readonly text: string;
  /** A newline ended it; else it is the stream's last line and may still grow. */
  readonly complete: boolean;
}

export interface AssemblyOptions {
  /** `tidy`: as a terminal would show it. `raw`: as written, `\r\n` being a newline in both. */
  readonly view: 'tidy' | 'raw';
  /** More may come: a character that is not yet whole is held back. */
  readonly live: boolean;
  /** Older bytes are gone: the first piece may begin inside a character. */
  readonly dropped: boolean;
}

const ALL_ASCII = /^[\x00-\x7f]*$/;
/** Without any of these a terminal shows what was written. */
const MOVES = /[\x1b\b]|\r(?!\n)/;
const RETURN = 0x0d;

/** All lines in the order of their first bytes. `pieces` are in the order of their positions. */
export function assembleLines(pieces: readonly Piece[], options: AssemblyOptions): Line[] {
  return merge(linesOf('stdout', pieces, options), linesOf('stderr', pieces, options));
}

function linesOf(stream: Stream, pieces: readonly Piece[], options: AssemblyOptions): Line[] {
  const own = pieces.filter((piece) => piece.stream === stream);
  const bytes = Buffer.concat(own.map((piece) => piece.bytes));
  // One decoding for all lines that are ASCII: 512 KiB hold 10,000 lines, and a decoder costs 2 µs each.
  const latin1 = bytes.toString('latin1');
  const lines = writtenLines(stream, own, bytes, latin1, options);
  if (options.view === 'raw') return lines;
  // A line that is but the begin of a character is none yet.
  return MOVES.test(latin1) || lines.at(-1)?.text === '' ? shownLines(stream, lines) : lines;
}

/**
 * Whether the line has anything that a reader whose cursor is `after` has not seen. Such a line is shown whole, so that no
 * character, escape sequence or secret is cut at a cursor.
 */
export const isNew = (line: Line, after: number): boolean => line.end > after || line.position >= after;

/** The cursor of a reader who has seen all of `pieces`. */
export function cursorAfter(pieces: readonly Piece[]): number {
  const last = pieces.at(-1);
  return last === undefined ? 0 : last.position + last.bytes.length;
}

/** As a terminal would show them. */
function shownLines(stream: Stream, lines: readonly Line[]): Line[] {
  const screen = createScreen();
  for (const line of lines) screen.feed(line.text, line.complete, line);
  return screen.rows().map((row) => ({ stream, ...row }));
}

/** Of `bytes`, what `pieces` hold; `latin1` is the same. */
function writtenLines(
  stream: Stream,
  pieces: readonly Piece[],
  bytes: Buffer,
  latin1: string,
  options: AssemblyOptions,
): Line[] {
  const ascii = ALL_ASCII.test(latin1);
  const place = createPlace(pieces);
  const lines: Line[] = [];
  for (let from = 0; from < bytes.length; ) {
    const newline = latin1.indexOf('\n', from);
    const complete = newline >= 0;
    const next = complete ? newline : bytes.length;
    const to = complete && next > from && bytes[next - 1] === RETURN ? next - 1 : next;
    const plain = latin1.slice(from, to);
    const text =
      ascii || ALL_ASCII.test(plain)
        ? plain
        : decodeUtf8(bytes.subarray(from, to), {
            front: options.dropped && from === 0,
            back: options.live && !complete,
          });
    place.to(from);
    const { position, micros } = place;
    if (to > from) place.to(to - 1);
    const end = to > from ? place.position + 1 : position;
    lines.push({ stream, position, end, micros, heard: place.micros, text, complete });
    from = next + 1;
  }
  return lines;
}

interface Place {
  position: number;
  micros: number;
  /** The byte at this offset of the joined pieces. Offsets are asked for in ascending order. */
  to(offset: number): void;
}

/** Where a byte of the joined pieces arrived, and when. */
function createPlace(pieces: readonly Piece[]): Place {
  let at = 0;
  let begin = 0;
  return {
    position: 0,
    micros: 0,
    to(offset) {
      let piece = pieces[at];
      while (piece !== undefined && offset >= begin + piece.bytes.length) {
        begin += piece.bytes.length;
        piece = pieces[++at];
      }
      this.position = (piece?.position ?? 0) + offset - begin;
      this.micros = piece?.micros ?? 0;
    },
  };
}

function merge(left: readonly Line[], right: readonly Line[]): Line[] {
  if (right.length === 0) return [...left];
  return [...left, ...right].sort((a, b) => a.position - b.position);
}
