/**
 * Compile and runtime errors in a process's output, as its tools print them: TypeScript, esbuild and Vite, rolldown, webpack, Next,
 * Rollup, Parcel, ESLint, Vitest, Jest and Mocha, Node, Python, Go, Rust, Java, C. Lines come without ANSI codes, one at a time. Pure.
 */
import { createMochaErrors } from './mocha-errors.ts';
import {
  ANNOUNCES,
  BUILT,
  FILE,
  FOREIGN,
  HEADINGS,
  IMPORTED_FROM,
  type Kind,
  MESSAGES,
  MORE,
  PLACES,
  PRINTED,
  RUNNERS_OWN,
  TESTED,
  THROWN_AT,
  WHOLE,
} from './output-patterns.ts';
import { createPythonErrors } from './python-errors.ts';

export interface OutputError {
  readonly message: string;
  /** As it was printed; null when none was. */
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** Of the line that it begins with. */
  readonly micros: number;
  /** Of the line that last told something of it. */
  readonly heard: number;
  readonly kind: Kind;
}

export interface OutputErrors {
  /** One line, in the order of writing: its text, when it began and when the last of it was heard. */
  feed(text: string, micros: number, heard?: number): void;
  /** Those that no later success has retired, oldest first. */
  errors(): readonly OutputError[];
}

type Place = Pick<OutputError, 'file' | 'line' | 'column'>;

/** An error whose message or place comes on a later line. */
interface Pending {
  readonly message: string | null;
  readonly place: Place | null;
  readonly kind: Kind;
  readonly micros: number;
  readonly heard: number;
  /** What Node has quoted before it. */
  readonly quoted: Place | null;
  /** Without a place it is none. */
  readonly maybe: boolean;
  /** So many lines may lie between. */
  patience: number;
}

const MOST_ERRORS = 100;
const LONGEST_LINE = 2_000;
const LONGEST_MESSAGE = 500;
/** Test runners show what differs, and the code, before they say where. */
const PATIENCE: Readonly<Record<Kind, number>> = { compile: 12, runtime: 12, test: 40 };
/** More about an error comes at most so many lines later. */
const MORE_WITHIN = 40;
/** Jest's heading; the reason is on the next line that is not empty. */
const NAMED_BELOW = 'Test suite failed to run';
const NOWHERE: Place = { file: null, line: null, column: null };

export function createOutputErrors(): OutputErrors {
  const mocha = createMochaErrors();
  const python = createPythonErrors();
  let found: OutputError[] = [];
  let pending: Pending | null = null;
  let eslintFile: string | null = null;
  let thrownAt: Place | null = null;
  /** Of the line that is read. */
  let now = 0;
  let sinceKept = Number.POSITIVE_INFINITY;
  /** Several errors were announced, and their stack has not come. */
  let isListed = false;
  /** A test prints it: a run that passes has meant it so. */
  let isPrinted = false;

  function keep(message: string, place: Place, kind: Kind, micros: number, heard = now): void {
    const whose = isPrinted && kind === 'runtime' ? 'test' : kind;
    found.push({ message: message.trim().slice(0, LONGEST_MESSAGE), ...place, kind: whose, micros, heard });
    if (found.length > MOST_ERRORS) found.shift();
    sinceKept = 0;
  }

  /** With the place that has come, or the one that it began with, or what Node has quoted. */
  function settle(place: Place | null): void {
    const was = pending;
    pending = null;
    if (was?.message == null || (was.maybe && place === null && was.place === null)) return;
    keep(
      was.message,
      place ?? was.place ?? was.quoted ?? NOWHERE,
      was.kind,
      was.micros,
      place === null ? was.heard : now,
    );
  }

  function feed(given: string, micros: number, heard = micros): void {
    const text = given.slice(0, LONGEST_LINE);
    now = heard;
    sinceKept += 1;
    if (PRINTED.test(text)) isPrinted = true;
    else if (RUNNERS_OWN.test(text)) endPrinted();
    if (retire(text)) return;
    if (
      takeMocha(text, micros) ||
      takeEslint(text, micros) ||
      takePython(text, micros) ||
      takeWhole(text, micros) ||
      takeMore(text)
    )
      return;
    if (takeHeading(text, micros) || takePlace(text) || takeMessage(text, micros)) return;
    wait(text);
  }

  function endPrinted(): void {
    if (isPrinted) settle(null);
    isPrinted = false;
  }

  function retire(text: string): boolean {
    const mended: Kind | null = BUILT.test(text) ? 'compile' : TESTED.test(text) ? 'test' : null;
    if (mended === null) return false;
    if (pending?.kind === mended) pending = null;
    found = found.filter(({ kind }) => kind !== mended);
    return true;
  }

  function takeMocha(text: string, micros: number): boolean {
    const message = mocha.feed(text);
    if (message === null) return false;
    // The one before had no place.
    settle(null);
    if (message !== 'part') begin({ message, kind: 'test', micros, maybe: false, place: null });
    return true;
  }

  /** ESLint names a file, then a row for each of its problems. */
  function takeEslint(text: string, micros: number): boolean {
    if (/^(?:\/|[A-Z]:\\)\S*\.\w+$/.test(text)) {
      eslintFile = text;
      return true;
    }
    const row = /^\s+(?<line>\d+):(?<column>\d+)\s+error\s+(?<message>.*?)(?:\s{2,}\S+)?$/.exec(text)?.groups;
    if (row === undefined || eslintFile === null) return false;
    keep(row['message'] ?? '', { ...placeOf(row), file: eslintFile }, 'compile', micros);
    return true;
  }

  function takePython(text: string, micros: number): boolean {
    const error = python.feed(text);
    if (error === null) return false;
    if (error === 'part') return true;
    const { message, file, line, kind, replacesLast } = error;
    if (replacesLast) found.pop();
    keep(message, { file, line, column: null }, kind, micros);
    return true;
  }

  function takeWhole(text: string, micros: number): boolean {
    for (const [pattern, kind] of WHOLE) {
      const groups = pattern.exec(text)?.groups;
      if (groups === undefined) continue;
      settle(null);
      keep(groups['message'] ?? '', placeOf(groups), kind, micros);
      return true;
    }
    return false;
  }

  function takeMore(text: string): boolean {
    const last = found.at(-1);
    if (last === undefined || sinceKept > MORE_WITHIN || pending !== null) return false;
    for (const [pattern, join] of MORE) {
      const more = pattern.exec(text)?.groups?.['more'];
      if (more === undefined) continue;
      found[found.length - 1] = { ...last, message: (last.message + join(more)).slice(0, LONGEST_MESSAGE), heard: now };
      return true;
    }
    return false;
  }

  function takeHeading(text: string, micros: number): boolean {
    const quoted = THROWN_AT.exec(text)?.groups;
    if (quoted !== undefined) thrownAt = placeOf(quoted);
    const isAnnounced = ANNOUNCES.test(pending?.message ?? '');
    isListed = isAnnounced || (isListed && !/^ {4}at /.test(text));
    const headings = isListed ? [...HEADINGS, [FILE, 'compile'] as const] : HEADINGS;
    for (const [pattern, kind] of headings) {
      const groups = pattern.exec(text)?.groups;
      if (groups === undefined) continue;
      if (isAnnounced) pending = null;
      // Said already, and this is only where.
      if (pending?.message != null && kind === 'compile') settle(placeOf(groups));
      else begun({ message: null, place: placeOf(groups), kind, micros, maybe: false, patience: 3 });
      return true;
    }
    return quoted !== undefined;
  }

  function takePlace(text: string): boolean {
    if (pending?.message == null || (pending.place !== null && pending.place.line !== null)) return false;
    for (const pattern of PLACES) {
      const groups = pattern.exec(text)?.groups;
      if (groups === undefined) continue;
      const place = placeOf(groups);
      if (FOREIGN.test(place.file ?? '')) return true;
      settle(place);
      return true;
    }
    return false;
  }

  function takeMessage(text: string, micros: number): boolean {
    for (const [pattern, kind, maybe] of MESSAGES) {
      const groups = pattern.exec(text)?.groups;
      const message = groups?.['message'];
      if (message === undefined) continue;
      // A heading's own message, or a second line about the same.
      if (pending !== null && pending.message === null && pending.place !== null) {
        keep(message, pending.place, pending.kind, pending.micros);
        pending = null;
      } else if (pending?.kind === 'test' && kind === 'runtime' && maybe === undefined)
        pending = { ...pending, message: `${pending.message}: ${message}`, maybe: false, heard: now };
      else begin({ message, kind, micros, maybe: maybe !== undefined, ...startOf(groups, message) });
      return true;
    }
    return false;
  }

  function begun(next: Omit<Pending, 'heard' | 'quoted'>): void {
    pending = { ...next, heard: now, quoted: next.kind === 'runtime' ? thrownAt : null };
  }

  function begin(next: Omit<Pending, 'patience' | 'heard' | 'quoted'>): void {
    const was = pending;
    const isOfFile = next.kind === 'test' && was?.kind === 'test' && was.message === was.place?.file;
    if (!isOfFile && !ANNOUNCES.test(was?.message ?? '')) settle(null);
    // `FAIL cart.test.js` only says where, when a line for each of its tests follows.
    begun({ ...next, place: next.place ?? (isOfFile ? (was?.place ?? null) : null), patience: PATIENCE[next.kind] });
  }

  /** A line that says nothing by itself: a heading's message, the end of a program, or nothing to us. */
  function wait(text: string): void {
    if (/^Node\.js v\d/.test(text)) {
      settle(null);
      thrownAt = null;
    }
    if (pending === null) return;
    if (pending.message === null && text.trim() !== '' && pending.place !== null) {
      keep(text, pending.place, pending.kind, pending.micros);
      pending = null;
      return;
    }
    if (pending.message === NAMED_BELOW && text.trim() !== '')
      pending = { ...pending, message: `${NAMED_BELOW}: ${text.trim()}`, heard: now };
    pending.patience -= 1;
    if (pending.patience <= 0) settle(null);
  }

  return {
    feed,
    errors() {
      // What still waits for its place is shown without one.
      if (pending?.message == null || (pending.maybe && pending.place === null)) return [...found];
      const { message, place, quoted, kind, micros, heard } = pending;
      return [...found, { message, ...(place ?? quoted ?? NOWHERE), kind, micros, heard }];
    },
  };
}

/** A file that the message itself names; its lines come later. */
function startOf(
  groups: Readonly<Record<string, string | undefined>> | undefined,
  message: string,
): { place: Place | null } {
  const file = groups?.['file'] ?? IMPORTED_FROM.exec(message)?.groups?.['file'];
  return { place: file === undefined ? null : { ...NOWHERE, file } };
}

function placeOf(groups: Readonly<Record<string, string | undefined>>): Place {
  const number = (name: string): number | null => (groups[name] === undefined ? null : Number(groups[name]));
  return { file: groups['file'] ?? null, line: number('line'), column: number('column') };
}
