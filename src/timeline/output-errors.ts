/**
 * Compile and runtime errors in a process's output, as its tools print them: TypeScript, esbuild and Vite, rolldown, webpack, Next,
 * ESLint, Vitest and Jest, Node, Python, Go, Rust, Java. Lines come without ANSI codes, one at a time. Pure.
 */

export interface OutputError {
  readonly message: string;
  /** As it was printed; null when none was. */
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** Of the line that it begins with. */
  readonly micros: number;
  readonly kind: 'compile' | 'runtime' | 'test';
}

export interface OutputErrors {
  /** One line, in the order of writing. */
  feed(text: string, micros: number): void;
  /** Those that no later success has retired, oldest first. */
  errors(): readonly OutputError[];
}

type Kind = OutputError['kind'];
type Place = Pick<OutputError, 'file' | 'line' | 'column'>;

/** An error whose message or place comes on a later line. */
interface Pending {
  readonly message: string | null;
  readonly place: Place | null;
  readonly kind: Kind;
  readonly micros: number;
  /** So many lines may lie between. */
  patience: number;
}

const MOST_ERRORS = 100;
const LONGEST_LINE = 2_000;
const LONGEST_MESSAGE = 500;
const PATIENCE = 12;
/** Only announces what comes: `Transform failed with 1 error:`. */
const ANNOUNCES = /\bwith \d+ errors?:$/;
const NOWHERE: Place = { file: null, line: null, column: null };

/** A build or a check has gone through: what it had complained of is mended. */
const SUCCESS =
  /^(?:.*Found 0 errors?\b|.*[Cc]ompiled (?:client and server )?(?:successfully|in \d)|\s*✓ (?:Compiled|built in)|.*\b(?:hmr update|page reload) |webpack .*compiled successfully|\s*Finished (?:`|dev|release)|BUILD SUCCESS|✔ No ESLint)/;

/** Message and place on one line; groups by name. */
const WHOLE: readonly (readonly [RegExp, Kind])[] = [
  // tsc; `tsc --pretty` and vue-tsc
  [/^(?<file>[^\s(][^(]*)\((?<line>\d+),(?<column>\d+)\): error (?<message>TS\d+: .*)$/, 'compile'],
  [/^(?<file>\S+?):(?<line>\d+):(?<column>\d+) - error (?<message>TS\d+: .*)$/, 'compile'],
  // javac, kotlinc, gcc
  [/^(?<file>\S+\.\w+):(?<line>\d+)(?::(?<column>\d+))?: error: (?<message>.*)$/, 'compile'],
  // go build, go vet
  [/^(?:vet: )?(?<file>\S+\.go):(?<line>\d+):(?<column>\d+): (?<message>.*)$/, 'compile'],
];

/** The message; the place follows. */
const MESSAGES: readonly (readonly [RegExp, Kind])[] = [
  [/^(?:✘|X) \[ERROR\] (?<message>.*)$/, 'compile'],
  [/^.*\[vite\] (?:\(client\) |\(ssr\) )?(?:Internal server error|Pre-transform error): (?<message>.*)$/, 'compile'],
  [/^\[(?:PARSE|UNRESOLVED|MISSING|SYNTAX)_\w+\] (?<message>.*)$/, 'compile'],
  [/^error(?:\[E\d+\])?: (?!aborting|could not compile)(?<message>.*)$/, 'compile'],
  [/^\s*(?:×|✗) (?<message>\S.*)$/, 'test'],
  [/^\s*● (?<message>.* › .*)$/, 'test'],
  [/^\s*FAIL\s+(?<message>\S+\.[cm]?[jt]sx? > .*)$/, 'test'],
  [/^Exception in thread "[^"]*" (?<message>.*)$/, 'runtime'],
  [/^panic: (?<message>.*)$/, 'runtime'],
  [/^(?:Uncaught )?(?<message>(?:[A-Z]\w*)?(?:Error|Exception)(?: \[\w+\])?: .*)$/, 'runtime'],
];

/** The place of what was said before it. */
const PLACES: readonly RegExp[] = [
  /^\s*(?:-->|File:|╭─\[|,-\[) *(?<file>[^\s:\]]+):(?<line>\d+):(?<column>\d+)/,
  /^\s{2,}(?<file>[^\s:]+\.\w+):(?<line>\d+):(?<column>\d+):?$/,
  /^\s*(?:❯|at) .*?\(?(?:file:\/\/)?(?<file>(?!node:)[^\s():]*[^\s():/]\.\w+):(?<line>\d+):(?<column>\d+)\)?$/,
  /^\s*at .*\((?<file>[\w$]+\.(?:java|kt|scala)):(?<line>\d+)\)$/,
  /^\t(?<file>\/\S+\.go):(?<line>\d+)(?: \+0x[\da-f]+)?$/,
];

/** The place first, the message on a line below: webpack, Next. */
const HEADINGS: readonly RegExp[] = [
  /^ERROR in (?<file>\.?\/?\S+)(?: (?<line>\d+):(?<column>\d+)(?:-\d+)?)?$/,
  /^(?:⨯ )?(?<file>\.\/\S+\.\w+):(?<line>\d+):(?<column>\d+)$/,
];

export function createOutputErrors(): OutputErrors {
  let found: OutputError[] = [];
  let pending: Pending | null = null;
  let eslintFile: string | null = null;
  let traceback: Place | null = null;

  function keep(message: string, place: Place, kind: Kind, micros: number): void {
    found.push({ message: message.trim().slice(0, LONGEST_MESSAGE), ...place, kind, micros });
    if (found.length > MOST_ERRORS) found.shift();
  }

  function settle(place: Place): void {
    if (pending?.message != null) keep(pending.message, pending.place ?? place, pending.kind, pending.micros);
    pending = null;
  }

  function feed(given: string, micros: number): void {
    const text = given.slice(0, LONGEST_LINE);
    if (SUCCESS.test(text)) {
      pending = null;
      found = found.filter(({ kind }) => kind === 'runtime');
      return;
    }
    if (takeEslint(text, micros) || takePython(text, micros) || takeWhole(text, micros)) return;
    if (takeHeading(text, micros) || takePlace(text) || takeMessage(text, micros)) return;
    wait(text);
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

  /** A traceback gives its places first, the innermost last, and ends in the message. */
  function takePython(text: string, micros: number): boolean {
    const place = /^\s+File "(?<file>[^"]+)", line (?<line>\d+)/.exec(text)?.groups;
    if (place !== undefined) {
      traceback = placeOf(place);
      return true;
    }
    if (traceback === null || /^\s/.test(text)) return false;
    if (/^[A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt|Exit|Iteration)?(?:: |$)/.test(text))
      keep(text, traceback, /^(?:Syntax|Indentation|Tab)Error/.test(text) ? 'compile' : 'runtime', micros);
    traceback = null;
    return true;
  }

  function takeWhole(text: string, micros: number): boolean {
    for (const [pattern, kind] of WHOLE) {
      const groups = pattern.exec(text)?.groups;
      if (groups === undefined) continue;
      settle(NOWHERE);
      keep(groups['message'] ?? '', placeOf(groups), kind, micros);
      return true;
    }
    return false;
  }

  function takeHeading(text: string, micros: number): boolean {
    for (const pattern of HEADINGS) {
      const groups = pattern.exec(text)?.groups;
      if (groups === undefined) continue;
      // Said already, and this is only where.
      if (pending?.message != null) settle(placeOf(groups));
      else pending = { message: null, place: placeOf(groups), kind: 'compile', micros, patience: 3 };
      return true;
    }
    return false;
  }

  function takePlace(text: string): boolean {
    if (pending?.message == null || pending.place !== null) return false;
    for (const pattern of PLACES) {
      const groups = pattern.exec(text)?.groups;
      if (groups === undefined) continue;
      const place = placeOf(groups);
      // A package's own lines are not where a person has to look.
      if (/node_modules|\/usr\/local\/go\/|internal\//.test(place.file ?? '')) return true;
      settle(place);
      return true;
    }
    return false;
  }

  function takeMessage(text: string, micros: number): boolean {
    for (const [pattern, kind] of MESSAGES) {
      const message = pattern.exec(text)?.groups?.['message'];
      if (message === undefined) continue;
      // A heading's own message, or a second line about the same.
      if (pending !== null && pending.message === null && pending.place !== null) {
        keep(message, pending.place, pending.kind, pending.micros);
        pending = null;
        return true;
      }
      if (pending?.kind === 'test' && kind === 'runtime')
        pending = { ...pending, message: `${pending.message}: ${message}` };
      else {
        if (!ANNOUNCES.test(pending?.message ?? '')) settle(NOWHERE);
        pending = { message, place: null, kind, micros, patience: PATIENCE };
      }
      return true;
    }
    return false;
  }

  /** A line that says nothing by itself: a heading's message, or nothing to us. */
  function wait(text: string): void {
    if (pending === null) return;
    if (pending.message === null && text.trim() !== '' && pending.place !== null) {
      keep(text, pending.place, pending.kind, pending.micros);
      pending = null;
      return;
    }
    pending.patience -= 1;
    if (pending.patience <= 0) settle(NOWHERE);
  }

  return {
    feed,
    errors() {
      // What still waits for its place is shown without one.
      const last: OutputError[] =
        pending?.message == null
          ? []
          : [{ message: pending.message, ...(pending.place ?? NOWHERE), kind: pending.kind, micros: pending.micros }];
      return [...found, ...last];
    },
  };
}

function placeOf(groups: Readonly<Record<string, string | undefined>>): Place {
  const number = (name: string): number | null => (groups[name] === undefined ? null : Number(groups[name]));
  return { file: groups['file'] ?? null, line: number('line'), column: number('column') };
}
