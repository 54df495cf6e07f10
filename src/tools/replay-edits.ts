/** What may be changed in a request that is sent again. `tools/list` shows one loose object: this says what is in it. */
import * as z from 'zod';
import { isDevtoolPath } from '../proxy/devtool-paths.ts';
import { Fault } from '../text/fault.ts';
import { shown } from './arguments.ts';

export interface Edits {
  readonly method: string | undefined;
  /** Path and query. */
  readonly url: string | undefined;
  /** Lower-case names; null: without it. */
  readonly headers: ReadonlyMap<string, string | null>;
  /** Undefined: as recorded. */
  readonly body: Buffer | undefined;
  /** The body was given as a value, which is sent as JSON. */
  readonly isJson: boolean;
}

/** Written anew for each request, or of one connection alone (RFC 9110 7.6.1). */
export const REBUILT = new Set(
  'host connection keep-alive proxy-connection te trailer transfer-encoding upgrade content-length expect x-devtool-load'.split(
    ' ',
  ),
);
const NAMES = ['method', 'url', 'headers', 'body'];
const MOST_BODY = 10_000_000;

const editsSchema = z.strictObject({
  // RFC 9110 5.6.2; a tunnel cannot be recorded, and a trace would show what is redacted.
  method: z
    .string()
    .regex(/^[!#$%&'*+.^_`|~\w-]{1,32}$/, 'must be a method')
    .refine((method) => !/^(?:connect|trace)$/i.test(method), 'cannot be sent through the proxy')
    .optional(),
  url: z
    .string()
    .max(16_000)
    .regex(/^\//, 'must be a path with its query, such as /api/users?page=2: it goes to the proxy itself, nowhere else')
    .regex(/^[!"$-~]*$/, 'must be percent-encoded, as encodeURI does, and without #')
    .refine((url) => !isDevtoolPath(url), 'is a path of devtool-mcp itself')
    .optional(),
  headers: z
    .record(
      z
        .string()
        .regex(/^[!#$%&'*+.^_`|~\w-]{1,256}$/, 'must be a field name')
        .refine((name) => !REBUILT.has(name.toLowerCase()), 'is written anew for each request'),
      z
        .string()
        .max(32_000)
        .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be one line of Latin-1')
        .nullable(),
    )
    .optional(),
  body: z.json().optional(),
});

/** Throws `invalid_argument` with the field that is wrong. */
export function editsOf(given: Readonly<Record<string, unknown>> | undefined): Edits {
  const parsed = editsSchema.safeParse(given ?? {});
  if (!parsed.success) throw refusal(parsed.error.issues[0], given);
  const { method, url, headers = {}, body } = parsed.data;
  const isText = body === null || typeof body === 'string';
  const bytes = body === undefined ? undefined : Buffer.from(isText ? (body ?? '') : JSON.stringify(body));
  for (const text of [url, ...Object.values(headers), bytes?.toString()]) refuseRedacted(text);
  if (bytes !== undefined && bytes.length > MOST_BODY)
    throw invalid('edits.body', `edits.body has ${bytes.length} bytes, more than ${MOST_BODY}`, 'Send less.');
  return {
    method: method?.toUpperCase(),
    url,
    headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: bytes,
    isJson: body !== undefined && !isText,
  };
}

/** Copied from a result: it would be sent instead of the secret. */
function refuseRedacted(text: string | null | undefined): void {
  const found = text === null || text === undefined ? null : /\[redacted [0-9a-f]{6}\]/.exec(text);
  if (found === null) return;
  throw invalid(
    'edits',
    `edits hold ${found[0]}, which stands for a secret`,
    'Leave that part out to send it as recorded, or read it with proxylog get reveal: true.',
  );
}

function refusal(issue: z.core.$ZodIssue | undefined, given: unknown): Fault {
  const path = issue?.path ?? [];
  const parameter = ['edits', ...path.map(String)].join('.');
  const value = path.reduce<unknown>(
    (holder, key) => (typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined),
    given,
  );
  const inner = issue?.code === 'invalid_key' ? issue.issues[0]?.message : issue?.message;
  return invalid(
    parameter,
    `${parameter}=${shown(value)}: ${inner ?? 'is not as it must be'}`,
    `edits takes ${NAMES.join(', ')}.`,
  );
}

const invalid = (parameter: string, message: string, hint: string): Fault =>
  new Fault('invalid_argument', message, hint, { parameter });
