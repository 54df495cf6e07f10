/** The terminal: a screen of its own, of which only changed lines are written, and given back as it was whatever happens. */
import type { ReadStream, WriteStream } from 'node:tty';
import { type Key, keysOf } from './keys.ts';
import type { Size } from './view.ts';

export interface Screen {
  size(): Size;
  /** Writes the lines that differ from those that are there. */
  show(lines: readonly string[]): void;
  /** Once; the terminal is as it was. */
  close(): void;
}

export interface ScreenParts {
  readonly input: ReadStream;
  readonly output: WriteStream;
  onKey(key: Key): void;
  onResize(): void;
}

/** Another screen, no cursor, no wrapping at the edge (xterm's private modes). */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
/** Terminals that know it show what is between at once. */
const [BEGIN, END] = ['\x1b[?2026h', '\x1b[?2026l'];
const SMALLEST: Size = { columns: 20, rows: 3 };

export function openScreen({ input, output, onKey, onResize }: ScreenParts): Screen {
  let shown: readonly string[] = [];
  let isOpen = true;
  const keys = (chunk: Buffer) => {
    for (const key of keysOf(chunk.toString('utf8'))) onKey(key);
  };
  const resized = () => {
    shown = [];
    output.write('\x1b[2J');
    onResize();
  };
  /** Also from within `exit`: a terminal is written to at once. */
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    process.off('exit', close);
    input.off('data', keys);
    output.off('resize', resized);
    input.setRawMode(false);
    input.pause();
    output.write(LEAVE);
  };
  process.on('exit', close);
  input.setRawMode(true);
  input.on('data', keys).resume();
  output.on('resize', resized);
  output.write(ENTER);
  return {
    size: () => ({
      columns: Math.max(SMALLEST.columns, output.columns ?? 80),
      rows: Math.max(SMALLEST.rows, output.rows ?? 24),
    }),
    show(lines) {
      if (!isOpen) return;
      const changed = changedLines(shown, lines);
      shown = lines;
      if (changed !== '') output.write(BEGIN + changed + END);
    },
    close,
  };
}

/** What turns one screen into the other; '' when they are the same. */
export function changedLines(before: readonly string[], lines: readonly string[]): string {
  const rows = Math.max(before.length, lines.length);
  let text = '';
  for (let row = 0; row < rows; row++) {
    const line = lines[row] ?? '';
    // Erased first: behind a full line the cursor stands on its last character.
    if (line !== before[row]) text += `\x1b[${row + 1};1H\x1b[2K${line}`;
  }
  return text;
}
