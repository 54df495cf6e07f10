/** What hostile requests and responses have in common: field lines, chunked bodies, limits, cut streams. */
import {
  BAD_CHUNKS,
  BAD_LINE_ENDS,
  CONTROLS,
  DELIMITERS,
  GOOD_CHUNKS,
  HIGH,
  TOKEN_CHARACTERS,
} from './hostile-values.ts';

export interface HostileCase {
  /** Which rule it tries: `line`, `version`, `target`, `name`, `value`, `host`, `framing`, `chunks`, `ends`, `limits`, … */
  readonly group: string;
  /** The whole stream, latin1. */
  readonly text: string;
  readonly legal: boolean;
}

export const HELLO = 'hello';

export const HELLO_CHUNKED = '5\r\nhello\r\n0\r\n\r\n';

const EOL = '\r\n';

/** A head, and what follows it. */
export function message(first: string, lines: readonly string[], body = ''): string {
  return `${[first, ...lines].join(EOL)}${EOL}${EOL}${body}`;
}

export function unique<T extends HostileCase & { readonly answers?: string }>(cases: readonly T[]): T[] {
  return [...new Map(cases.map((one) => [`${one.answers ?? ''} ${one.text}`, one])).values()];
}

export const bad = (group: string, text: string): HostileCase => ({ group, text, legal: false });

export const good = (group: string, text: string): HostileCase => ({ group, text, legal: true });

/** Field lines that framing and routing do not hang on. */
export function fieldLines(): { group: string; line: string; legal: boolean }[] {
  const name = (line: string, legal: boolean) => ({ group: 'name', line, legal });
  const value = (line: string, legal: boolean) => ({ group: 'value', line, legal });
  return [
    ...TOKEN_CHARACTERS.flatMap((c) => [name(`${c}: v`, true), name(`n${c}n:v`, true)]),
    ...[...DELIMITERS, ...HIGH, ...CONTROLS, ' ', '\t'].flatMap((c) => [
      name(`n${c}n: v`, false),
      name(`n${c}: v`, false),
      name(`${c}n: v`, false),
    ]),
    ...[': v', ':', 'n', 'n v', ' ', '\t', ' : v', 'Content-Length : 0', 'Transfer-Encoding : chunked'].map((line) =>
      name(line, false),
    ),
    ...['\tTransfer-Encoding: chunked', ' Content-Length: 0', 'a: b\r\n c', 'a: b\r\n\tc', 'a: b\r\n ', 'a:\r\n b'].map(
      (line) => name(line, false),
    ),
    ...['__proto__: a', 'constructor: a', 'hasOwnProperty: a', 'toString: a', 'A: 1\r\na: 2\r\nA: 3'].map((line) =>
      name(line, true),
    ),
    ...['Content_Length: 7', 'Transfer_Encoding: chunked', 'X-Transfer-Encoding: chunked', 'Content-Lengt: 9'].map(
      (line) => name(line, true),
    ),
    ...CONTROLS.flatMap((c) => [value(`n: a${c}b`, false), value(`n:${c}b`, false), value(`n: a${c}`, false)]),
    ...BAD_LINE_ENDS.filter((end) => end !== '\x85').map((end) => value(`n: a${end}b: c`, false)),
    ...HIGH.map((c) => value(`n: a${c}b`, true)),
    ...[
      'n:',
      'n: ',
      'n:\t',
      'n: \t a \t ',
      'n:a',
      'n: :',
      'n: a: b',
      'n: "a\\"',
      'n: a\tb',
      `n: ${'v'.repeat(8_000)}`,
    ].map((line) => value(line, true)),
  ];
}

export function chunkBodies(of: (lines: readonly string[], body: string) => string): HostileCase[] {
  return ['Transfer-Encoding: chunked', 'transfer-encoding:CHUNKED'].flatMap((line) => [
    ...GOOD_CHUNKS.map((body) => good('chunks', of([line], body))),
    ...BAD_CHUNKS.map((body) => bad('chunks', of([line], body))),
  ]);
}

export function limits(first: string, own: string): HostileCase[] {
  const many = (count: number) => Array.from({ length: count }, (_, i) => `a${i}: b`);
  const bytes = (count: number) => `n: ${'v'.repeat(count - message(first, [own, 'n: ']).length)}`;
  return [
    ...[1, 50, 199].map((count) => good('limits', message(first, [own, ...many(count)]))),
    ...[200, 500, 2_500].map((count) => bad('limits', message(first, [own, ...many(count)]))),
    bad('limits', message(first, [own, ...Array.from({ length: 2_500 }, () => 'a:')])),
    ...[60_000, 65_536].map((count) => good('limits', message(first, [own, bytes(count)]))),
    ...[65_537, 70_000, 1_000_000].map((count) => bad('limits', message(first, [own, bytes(count)]))),
  ];
}

/** The stream ends within the message, at each byte. */
export function prefixes(text: string): HostileCase[] {
  return Array.from({ length: text.length - 1 }, (_, i) => bad('truncated', text.slice(0, i + 1)));
}
