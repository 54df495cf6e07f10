/** Field lines (RFC 9112 5): names are tokens, nothing stands before the colon, values are text without CR, LF or controls. */
import { COLON, CR, illegalByte, isBlank, LF, past, TEXT, TOKEN } from './http1-bytes.ts';
import { Http1Error, shown, shownByte } from './http1-error.ts';

/**
 * Reads the field line at `at` of `raw`, whose latin1 is `text`; appends name and value to `into` and returns the offset of the
 * next line. Throws for what is no field line.
 */
export function readField(raw: Buffer, text: string, at: number, into: string[]): number {
  const colon = past(raw, at, TOKEN);
  if (colon === at || raw[colon] !== COLON) throw badName(raw, text, at, colon);
  let start = colon + 1;
  while (isBlank(raw[start])) start++;
  const line = past(raw, start, TEXT);
  if (raw[line] !== CR || raw[line + 1] !== LF) throw illegalByte(raw[line] ?? 0, raw[line + 1]);
  let stop = line;
  while (stop > start && isBlank(raw[stop - 1])) stop--;
  into.push(text.slice(at, colon), text.slice(start, stop));
  return line + 2;
}

/** Why `raw` has no `name:` at `at`; `stop` is where the token ended. */
function badName(raw: Buffer, text: string, at: number, stop: number): Http1Error {
  const byte = raw[stop];
  if (isBlank(raw[at])) return new Http1Error(400, 'obs_fold', 'a field line begins with white space');
  const name = shown('name', text.slice(at, stop));
  if (isBlank(byte)) return new Http1Error(400, 'field_name', `white space after ${name}, before the colon`);
  if (stop === at && byte === COLON) return new Http1Error(400, 'field_name', 'a field line without a name');
  if (byte === CR) return new Http1Error(400, 'field_name', `field line without a colon: ${name}`);
  return new Http1Error(400, 'field_name', `byte ${shownByte(byte)} in a field name, after ${name}`);
}
