/** Errors as Python prints them: a traceback gives its places first, the innermost last, and ends in the message. pytest too. Pure. */

export interface PythonError {
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly kind: 'compile' | 'runtime' | 'test';
  /** What it was raised from was told as an error of its own. */
  readonly replacesLast: boolean;
}

export interface PythonErrors {
  /** `null`: none of Python's lines; `'part'`: one, and more follows. */
  feed(text: string): PythonError | 'part' | null;
}

const PLACE = /^\s+File "(?<file>[^"]+)", line (?<line>\d+)/;
const MESSAGE = /^[A-Za-z_][\w.]*(?:: .*)?$/;
const SYNTAX = /^(?:Syntax|Indentation|Tab)Error/;
/** Somebody ended it. */
const NO_ERROR = /^(?:KeyboardInterrupt|SystemExit)\b/;
const CHAINED = /^(?:The above exception was the direct cause of|During handling of the above exception, another)/;
const PYTEST_SAID = /^E\s{3,}(?<message>\S.*)$/;
const PYTEST_PLACE = /^(?<file>\S+\.py):(?<line>\d+): (?<message>[A-Z]\w*)$/;

export function createPythonErrors(): PythonErrors {
  let place: { file: string; line: number } | null = null;
  let said: string | null = null;
  let cause: string | null = null;
  let last = '';

  function atPlace(text: string): PythonError | 'part' | null {
    const found = PLACE.exec(text)?.groups;
    if (found !== undefined) {
      place = { file: found['file'] ?? '', line: Number(found['line']) };
      return 'part';
    }
    if (place === null) return null;
    if (/^\s/.test(text)) return 'part';
    const at = place;
    place = null;
    if (!MESSAGE.test(text) || NO_ERROR.test(text)) return 'part';
    last = text;
    const message = cause === null ? text : `${text} (caused by ${cause})`;
    const replacesLast = cause !== null;
    cause = null;
    return { message, ...at, kind: SYNTAX.test(text) ? 'compile' : 'runtime', replacesLast };
  }

  function ofPytest(text: string): PythonError | 'part' | null {
    const words = PYTEST_SAID.exec(text)?.groups?.['message'];
    if (words !== undefined) {
      said ??= words;
      return 'part';
    }
    const found = PYTEST_PLACE.exec(text)?.groups;
    if (found === undefined) return null;
    const message = said ?? found['message'] ?? '';
    said = null;
    return { message, file: found['file'] ?? '', line: Number(found['line']), kind: 'test', replacesLast: false };
  }

  return {
    feed(text) {
      if (CHAINED.test(text)) {
        cause = last;
        return 'part';
      }
      return atPlace(text) ?? ofPytest(text);
    },
  };
}
