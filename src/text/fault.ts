/** The one error that is meant for the reader: a stable code, what happened with the values, and what to do next. */

export const FAULT_CODES = [
  'invalid_argument',
  'not_found',
  'ambiguous',
  'already_exists',
  'not_running',
  'start_failed',
  'exec_failed',
  'timeout',
  'cancelled',
  'limit',
  'permission_denied',
  'port_in_use',
  'no_page',
  'shutting_down',
  'unsupported',
  'internal',
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];

/** Facts of a fault, part of the structured result: `{error: code, …values}`. */
export type FaultValues = Record<string, unknown>;

/** A value that it names may be of any length; what the system says of it comes last. */
const MOST_BEFORE = 3_000;
const MOST_AFTER = 900;

const cutMiddle = (text: string): string =>
  text.length <= MOST_BEFORE + MOST_AFTER ? text : `${text.slice(0, MOST_BEFORE)} … ${text.slice(-MOST_AFTER)}`;

export class Fault extends Error {
  override readonly name: string = 'Fault';
  readonly code: FaultCode;
  readonly hint: string;
  readonly values: FaultValues;

  /** `message` ends without a full stop and names the values; `hint` is a whole sentence. */
  constructor(code: FaultCode, message: string, hint: string, values: FaultValues = {}) {
    super(cutMiddle(message));
    this.code = code;
    this.hint = hint;
    this.values = values;
  }

  /** `code: what happened, with the values. What to do next.` */
  get text(): string {
    return `${this.code}: ${this.message}. ${this.hint}`;
  }
}
