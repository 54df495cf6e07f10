/** What ends the reading of an HTTP/1 stream: nothing after it can be framed, so both sides have to be closed. */
import { visibleLine } from '../text/visible.ts';

export type Http1Status = 400 | 414 | 431 | 501 | 502 | 505;

export type Http1Code =
  | 'bare_cr'
  | 'bare_lf'
  | 'control_byte'
  | 'empty_line'
  | 'request_line'
  | 'method'
  | 'target'
  | 'target_too_long'
  | 'connect'
  | 'version'
  | 'status_line'
  | 'field_name'
  | 'field_value'
  | 'obs_fold'
  | 'host'
  | 'too_many_fields'
  | 'head_too_large'
  | 'content_length'
  | 'transfer_encoding'
  | 'length_and_coding'
  | 'body_forbidden'
  | 'chunk_size'
  | 'chunk_extension'
  | 'chunk_end'
  | 'trailer'
  | 'truncated';

export class Http1Error extends Error {
  override readonly name: string = 'Http1Error';
  /** What to answer the client with, if nothing was answered yet; 502 for whatever the target sent. */
  readonly status: Http1Status;
  readonly code: Http1Code;

  /** `message` says what was met and where, with the values, on one line of what can be seen. */
  constructor(status: Http1Status, code: Http1Code, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const SHOWN = 64;

/** `name="value"`, for a message: the start of it, what cannot be seen spelt out. */
export function shown(name: string, value: string): string {
  return `${name}=${JSON.stringify(visibleLine(value, SHOWN))}`;
}

/** `0x0a`; `the end` behind the last byte. */
export function shownByte(byte: number | undefined): string {
  return byte === undefined ? 'the end' : `0x${byte.toString(16).padStart(2, '0')}`;
}
