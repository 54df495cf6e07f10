/**
 * Secrets in captured text replaced by `[redacted ab12cd]`. The six digits are a salted fingerprint: equal secrets look equal,
 * and nothing can be tried against them without the salt. Works line by line, in linear time; no line is added or removed.
 */
import { createHmac } from 'node:crypto';
import { createPemFilter, pemMarkEnd } from './pem.ts';
import { isCode, isSecretValue, NAME_HINT, type SecretKind, type Setting, secretKind } from './secret-names.ts';
import { hideShapes, SHAPE_HINT } from './secret-shapes.ts';

export type Redact = (text: string) => string;

const NAME = /(?<![\w.$-])[\w.$-]{2,128}(?![\w.$-])/g;
const SPACE = '(?:\\x1b\\[[\\d;]{0,16}m|[ \\t]){0,8}';
/** After a name: a closing quote or bracket, then `:`, `=`, `=>`, `:=` or one of these encoded for a URL. */
const SEPARATOR = new RegExp(`\\\\{0,8}["'\`]?\\]?${SPACE}(?:=>|:=|[:=]|%3[AD])${SPACE}`, 'iy');
const FLAG_SEPARATOR = /[ \t]{1,8}(?=[^\s-])/y;
const OPENING = /(\\{0,8})(["'`])/y;
const UNQUOTED = /[^\s"'`,;&|<>(){}[\]\\\x1b]+/y;
const ENVIRONMENT = /\S+/y;
const SCHEME = /^(?:bearer|basic|digest|token|negotiate|apikey|aws4-hmac-sha256)[ \t]+/i;

/** What is secret beside what always is; asked for at each text, since projects come and go. */
export interface ExtraSecrets {
  /** Whether it may hold one of `names`. */
  readonly hint: RegExp | null;
  /** In lower case, letters and digits alone: `api_key` is `apikey`. */
  readonly names: ReadonlySet<string>;
  /** Global; plain ones (see plain-pattern.ts). */
  readonly patterns: readonly RegExp[];
}

const NO_EXTRA: ExtraSecrets = { hint: null, names: new Set(), patterns: [] };
/** A pattern looks at so much of a line at once. */
const PATTERN_WINDOW = 8_192;

/** A redactor whose fingerprints hold for this `salt` only. */
export function redactor(salt: string, extraSecrets: () => ExtraSecrets = () => NO_EXTRA): Redact {
  const hide = (secret: string): string =>
    `[redacted ${createHmac('sha256', salt).update(secret).digest('hex').slice(0, 6)}]`;
  return (text) => {
    const extra = extraSecrets();
    const mayHoldExtra = extra.patterns.length > 0 || extra.hint?.test(text) === true;
    if (!mayHoldExtra && !NAME_HINT.test(text) && !SHAPE_HINT.test(text) && !text.includes('-----')) return text;
    const filter = createPemFilter(hide);
    const lines: string[] = [];
    for (const line of text.split('\n')) lines.push(redactLine(filter(line, lines), hide, extra));
    return lines.join('\n');
  };
}

/** The same lines with their secrets hidden; a secret may span several. */
export function redactLines<L extends { readonly text: string }>(lines: readonly L[], redact: Redact): L[] {
  // A newline within a line (there is none in captured output) would shift all that follow.
  const text = lines.map((line) => (line.text.includes('\n') ? line.text.replaceAll('\n', ' ') : line.text)).join('\n');
  const safe = redact(text);
  if (safe === text) return [...lines];
  const texts = safe.split('\n');
  return lines.map((line, index) => {
    const text = texts[index] ?? '';
    return text === line.text ? line : { ...line, text };
  });
}

function redactLine(line: string, hide: (secret: string) => string, extra: ExtraSecrets): string {
  const named = NAME_HINT.test(line) || extra.hint?.test(line) ? hideNamed(line, hide, extra) : line;
  const shaped = SHAPE_HINT.test(named) ? hideShapes(named, hide) : named;
  return extra.patterns.reduce((text, pattern) => hideMatches(text, pattern, hide), shaped);
}

/** In windows, or a long line would take the square of its length. */
function hideMatches(line: string, pattern: RegExp, hide: (secret: string) => string): string {
  let shown = '';
  for (let from = 0; from < line.length || from === 0; from += PATTERN_WINDOW)
    shown += line
      .slice(from, from + PATTERN_WINDOW)
      .replace(pattern, (match) => (match === '' || match.includes('[redacted') ? match : hide(match)));
  return shown;
}

const isExtraName = (name: string, { names }: ExtraSecrets): boolean =>
  names.size > 0 && names.has(name.replace(/[^a-zA-Z0-9]/g, '').toLowerCase());

/** Values of names that say so: `token=…`, `"apiKey": "…"`, `Authorization: Bearer …`, `--password …`. */
function hideNamed(line: string, hide: (secret: string) => string, extra: ExtraSecrets): string {
  let shown = '';
  let done = 0;
  let runEnd = 0;
  for (const { 0: name, index } of line.matchAll(NAME)) {
    if (index < done) continue;
    const kind = isExtraName(name, extra) ? 'password' : NAME_HINT.test(name) ? kindAt(line, name, index) : null;
    const from = kind === null ? -1 : valueStart(line, name, index + name.length);
    if (kind === null || from < 0) continue;
    const [start, end] = valueSpan(line, from, kind, index, runEnd);
    const setting = settingAt(line, from, start);
    // A name within an unquoted value (`session:token=…`) has the same end: looked for once, or `key=key=key=…` would be quadratic.
    if (setting !== 'quoted' && kind !== 'header') runEnd = end;
    const scheme = kind === 'header' ? (SCHEME.exec(line.slice(start, start + 32))?.[0].length ?? 0) : 0;
    const secret = line.slice(start + scheme, end);
    if (!isSecretValue(kind, secret, setting)) continue;
    if (setting === 'spaced' && isCode(kind, secret, line[end])) continue;
    // A mark is no secret, and with its begin hidden its block would have no begin for who reads this again.
    if (pemMarkEnd(line, start) > end) continue;
    shown += line.slice(done, start + scheme) + hide(secret);
    done = end;
  }
  return done === 0 ? line : shown + line.slice(done);
}

/** In a query, `key` and `sig` are secrets whatever they look like. */
function kindAt(line: string, name: string, index: number): SecretKind | null {
  const kind = secretKind(name);
  const before = line[index - 1];
  return kind === 'doubtful' && (before === '?' || before === '&') ? 'token' : kind;
}

function settingAt(line: string, from: number, start: number): Setting {
  if (start > from) return 'quoted';
  return /\s/.test(line[from - 1] ?? '') ? 'spaced' : 'assigned';
}

/** Where the value begins, or -1 if what follows the name gives it none. */
function valueStart(line: string, name: string, end: number): number {
  const separator = name.startsWith('--') && !'=:'.includes(line[end] ?? ' ') ? FLAG_SEPARATOR : SEPARATOR;
  separator.lastIndex = end;
  return separator.test(line) ? separator.lastIndex : -1;
}

function valueSpan(
  line: string,
  from: number,
  kind: SecretKind,
  nameAt: number,
  runEnd: number,
): readonly [start: number, end: number] {
  OPENING.lastIndex = from;
  const opening = OPENING.exec(line);
  if (opening !== null) {
    const start = from + opening[0].length;
    return [start, closing(line, start, opening[0])];
  }
  if (kind === 'header') return [from, headerEnd(line, from, nameAt)];
  if (from < runEnd) return [from, runEnd];
  const pattern = beginsLine(line, nameAt) && line[from - 1] === '=' ? ENVIRONMENT : UNQUOTED;
  pattern.lastIndex = from;
  return [from, from + (pattern.exec(line)?.[0].length ?? 0)];
}

/** Of an environment's line everything up to a blank is the value. */
const beginsLine = (line: string, nameAt: number): boolean =>
  nameAt < 32 && /^\s*(?:export )?$/.test(line.slice(0, nameAt));

/** Index of the quote that closes, or the line's end. */
function closing(line: string, start: number, quote: string): number {
  if (quote.length > 1) {
    const end = line.indexOf(quote, start);
    return end < 0 ? line.length : end;
  }
  for (let at = start; at < line.length; at++) {
    if (line[at] === '\\') at++;
    else if (line[at] === quote) return at;
  }
  return line.length;
}

/** A header's value ends with the line, the list it is in, or the quotes around the whole header: `-H "Cookie: a=b"`. */
function headerEnd(line: string, from: number, nameAt: number): number {
  const around = line[nameAt - 1] ?? ' ';
  const closer = line[from] === '[' ? ']' : `"'\``.includes(around) ? around : null;
  const end = closer === null ? -1 : line.indexOf(closer, from);
  return end < 0 ? line.length : end;
}
