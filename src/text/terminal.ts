/**
 * What captured output would look like on a terminal: escape sequences gone, `\r`, backspace, erasing and cursor movement
 * applied (ECMA-48, xterm's ctlseqs). For progress bars and spinners; full-screen programs are out of scope: what they clear
 * is kept. Time is linear in the text: no row grows by more than what was written and WIDTH.
 */

/** Where in the output a row's text came from. */
export interface Mark {
  /** Position of the first byte. */
  readonly position: number;
  /** Position after the last byte, newline not counted. */
  readonly end: number;
  /** When the first byte arrived. */
  readonly micros: number;
  /** When the last one did. */
  readonly heard: number;
}

export interface Row extends Mark {
  readonly text: string;
  /** A newline ended it, or the screen was cleared. */
  readonly complete: boolean;
}

export interface Screen {
  /** One line of output, without its newline; `newline` says whether there was one. */
  readonly feed: (text: string, newline: boolean, mark: Mark) => void;
  /** All rows so far; an empty one at the cursor or below is none. */
  readonly rows: () => Row[];
}

interface Line {
  position: number;
  end: number;
  micros: number;
  heard: number;
  text: string;
  /** One code point each, once something other than appending has happened; then `text` is out of date. */
  cells: string[] | null;
  complete: boolean;
}

/** Rows that the cursor can reach. */
const HEIGHT = 100;
/** Columns that the cursor can reach beyond the end of a row. */
const WIDTH = 250;

// Colours are most of what there is, and change nothing here.
const COLOUR = /\x1b\[[\d;:]*m/g;
const SPECIAL = /[\x1b\r\b]/g;
const CSI = /\x1b\[([0-?]*)[ -/]*([@-~]?)/y;
// OSC, DCS, SOS, PM, APC: up to BEL, ST, CAN or SUB, or the end of the line, so that a stray one hides one line only.
const STRING = /\x1b[\]PX^_][^\x07\x18\x1a\x1b]*(?:\x07|\x18|\x1a|\x1b\\|)/y;
const SHORT = /\x1b[ -/]*([0-~]?)/y;

/** A screen without limits upwards. */
export function createScreen(): Screen {
  const lines: Line[] = [];
  let at = 0;
  /** The uppermost row within reach; it only ever goes down, so that no row is taken apart and put together many times. */
  let top = 0;
  /** Null: after the last cell. */
  let column: number | null = null;

  const here = (mark: Mark): Line => {
    const line = lines[at];
    if (line !== undefined) {
      line.end = Math.max(line.end, mark.end);
      line.heard = Math.max(line.heard, mark.heard);
      return line;
    }
    const fresh = { ...mark, text: '', cells: null, complete: false };
    lines.push(fresh);
    at = lines.length - 1;
    if (at - top < HEIGHT) return fresh;
    settle(lines[top]);
    top += 1;
    return fresh;
  };

  const move = (row: number): void => {
    const to = Math.min(Math.max(row, top), lines.length);
    const line = lines[at];
    column ??= line === undefined ? 0 : widthOf(line);
    at = to;
  };

  const run: Record<string, (count: number, mark: Mark) => void> = {
    A: (count) => move(at - Math.max(count, 1)),
    B: (count) => move(at + Math.max(count, 1)),
    E: (count) => {
      move(at + Math.max(count, 1));
      column = 0;
    },
    F: (count) => {
      move(at - Math.max(count, 1));
      column = 0;
    },
    C: (count, mark) => {
      column = reach(here(mark), (column ?? widthOf(here(mark))) + Math.max(count, 1));
    },
    D: (count, mark) => {
      column = Math.max((column ?? widthOf(here(mark))) - Math.max(count, 1), 0);
    },
    G: (count, mark) => {
      column = reach(here(mark), Math.max(count, 1) - 1);
    },
    K: (mode, mark) => {
      column ??= widthOf(here(mark));
      eraseInLine(here(mark), mode, column);
    },
    J: (mode, mark) => {
      if (mode !== 0) return run.H?.(0, mark);
      if (at >= lines.length) return;
      column ??= widthOf(here(mark));
      eraseInLine(here(mark), 0, column);
      lines.length = at + 1;
    },
    // Home, and clearing the screen: what was there is history; go on below it.
    H: () => {
      const last = lines.at(-1);
      if (last !== undefined) last.complete = true;
      at = lines.length;
      column = 0;
    },
  };
  run.f = (count, mark) => run.H?.(count, mark);

  const sequence = (text: string, from: number, mark: Mark): number => {
    const next = text[from + 1];
    if (next === '[') {
      const [whole, parameters = '', final = ''] = sticky(CSI, text, from);
      run[final]?.(firstNumber(parameters), mark);
      return from + whole.length;
    }
    if (next !== undefined && ']PX^_'.includes(next)) return from + sticky(STRING, text, from)[0].length;
    const [whole, final] = sticky(SHORT, text, from);
    if (final === 'c') run.H?.(0, mark);
    if (final === 'M') run.A?.(1, mark);
    return from + whole.length;
  };

  const write = (text: string, mark: Mark): void => {
    if (text === '') return;
    const line = here(mark);
    if (column === null && line.cells === null) line.text += text;
    else column = overwrite(line, column, text);
  };

  const feed = (coloured: string, newline: boolean, mark: Mark): void => {
    const text = coloured.includes('\x1b') ? coloured.replace(COLOUR, '') : coloured;
    let from = 0;
    SPECIAL.lastIndex = 0;
    for (let found = SPECIAL.exec(text); found !== null; found = SPECIAL.exec(text)) {
      write(text.slice(from, found.index), mark);
      from = found.index + 1;
      if (found[0] === '\x1b') from = sequence(text, found.index, mark);
      else if (found[0] === '\r') column = 0;
      else column = Math.max((column ?? widthOf(here(mark))) - 1, 0);
      SPECIAL.lastIndex = from;
    }
    write(from === 0 ? text : text.slice(from), mark);
    if (!newline) return;
    here(mark).complete = true;
    at += 1;
    column = at < lines.length ? 0 : null;
  };

  const rows = (): Row[] => {
    for (const line of lines) settle(line);
    const shown = lines.map(({ position, end, micros, heard, text, complete }) => ({
      position,
      end,
      micros,
      heard,
      text,
      complete,
    }));
    while (shown.length > at && shown.at(-1)?.text === '') shown.pop();
    return shown;
  };
  return { feed, rows };
}

const NOWHERE: Mark = { position: 0, end: 0, micros: 0, heard: 0 };

/** The same for a whole text at once: its rows, joined by newlines. */
export function terminalText(text: string): string {
  const screen = createScreen();
  const parts = text.split('\n');
  parts.forEach((part, index) => {
    const newline = index < parts.length - 1;
    screen.feed(newline && part.endsWith('\r') ? part.slice(0, -1) : part, newline, NOWHERE);
  });
  return screen
    .rows()
    .map((row) => (row.complete ? `${row.text}\n` : row.text))
    .join('');
}

function sticky(pattern: RegExp, text: string, from: number): RegExpExecArray | [string] {
  pattern.lastIndex = from;
  return pattern.exec(text) ?? [text[from] ?? ''];
}

/** First parameter of a control sequence; 0 when it is left out or private. */
function firstNumber(parameters: string): number {
  const digits = /^\d{1,5}/.exec(parameters);
  return digits === null ? 0 : Number(digits[0]);
}

function cellsOf(line: Line): string[] {
  line.cells ??= Array.from(line.text);
  return line.cells;
}

/** Back to plain text: cells take far more room, and few rows are ever written over again. */
function settle(line: Line | undefined): void {
  if (line === undefined || line.cells === null) return;
  line.text = line.cells.join('').trimEnd();
  line.cells = null;
}

const widthOf = (line: Line): number => cellsOf(line).length;

/** A terminal stops the cursor at its right edge; we have none, so it stops WIDTH columns out or at the end of the row. */
const reach = (line: Line, column: number): number => Math.min(column, Math.max(widthOf(line), WIDTH));

/** Writes over what is there; the column after it, null at the end of the row. */
function overwrite(line: Line, column: number | null, text: string): number | null {
  const cells = cellsOf(line);
  let to = column ?? cells.length;
  while (cells.length < to) cells.push(' ');
  for (const character of text) cells[to++] = character;
  return to === cells.length ? null : to;
}

function eraseInLine(line: Line, mode: number, column: number): void {
  const cells = cellsOf(line);
  if (mode === 2) cells.length = 0;
  else if (mode === 0) cells.length = Math.min(cells.length, column);
  else if (mode === 1) cells.fill(' ', 0, Math.min(column, WIDTH));
}
