/** A HAR as mocks: each recorded answer as a rule that gives it again. Of browsers' exports and our own; nothing but the text is read. */
import * as z from 'zod';
import { Fault } from '../text/fault.ts';

/** Answers `method` of exactly `url` (path and query). */
export interface MockRule {
  readonly match: { readonly method: string; readonly url: string };
  readonly respond: {
    readonly status: number;
    /** Pairs in their order; a name may come twice. */
    readonly headers: readonly (readonly [name: string, value: string])[];
    /** One of both, or neither for an answer without a body. */
    readonly body: string | null;
    readonly base64: string | null;
  };
  /** Of answers to the same request the earlier ones are given once; null: for ever. */
  readonly times: number | null;
}

export type Skipped = 'other_origin' | 'unanswered' | 'not_modified' | 'body_missing' | 'body_too_large' | 'too_many';

export interface Mocks {
  readonly rules: readonly MockRule[];
  /** Entries that make no rule, by reason. */
  readonly skipped: Readonly<Record<Skipped, number>>;
}

export interface HarLimits {
  /** Characters of the whole file. */
  readonly text: number;
  readonly rules: number;
  /** Bytes of one body. */
  readonly body: number;
  /** Bytes of all bodies. */
  readonly bodies: number;
}

export const HAR_LIMITS: HarLimits = { text: 64_000_000, rules: 1_000, body: 5_000_000, bodies: 32_000_000 };

const pairSchema = z.object({ name: z.string(), value: z.string() });
const harSchema = z.object({
  log: z.object({
    entries: z.array(
      z.object({
        request: z.object({ method: z.string().regex(/^[!#$%&'*+.^_`|~\w-]{1,32}$/), url: z.string().max(65_536) }),
        response: z.object({
          status: z.number(),
          headers: z.array(pairSchema).default([]),
          content: z
            .object({
              size: z.number().optional(),
              text: z.string().optional(),
              encoding: z.string().optional(),
              mimeType: z.string().optional(),
              _truncated: z.boolean().optional(),
            })
            .default({}),
        }),
      }),
    ),
  }),
});
type Entry = z.output<typeof harSchema>['log']['entries'][number];

/** Of the connection, of the framing, of a coding that the text is not in; and what would bind a browser to this host. */
const DROPPED = new Set(
  'connection keep-alive proxy-connection te trailer transfer-encoding upgrade content-length content-encoding strict-transport-security alt-svc public-key-pins proxy-authenticate'.split(
    ' ',
  ),
);
const BODILESS = new Set([204, 205, 304]);

/** Of `origin` alone (`http://localhost:3000`), null: of all. Throws `invalid_argument` with the place that is wrong, or `limit`. */
export function mocksOfHar(text: string, limits: HarLimits = HAR_LIMITS, origin: string | null = null): Mocks {
  const skipped = {
    other_origin: 0,
    unanswered: 0,
    not_modified: 0,
    body_missing: 0,
    body_too_large: 0,
    too_many: 0,
  };
  const rules: MockRule[] = [];
  let left = limits.bodies;
  for (const entry of entriesIn(text, limits)) {
    const made = rules.length >= limits.rules ? 'too_many' : ruleOf(entry, origin, Math.min(limits.body, left));
    if (typeof made === 'string') skipped[made]++;
    else {
      rules.push(made);
      left -= bytesOf(made);
    }
  }
  return { rules: inTurn(rules), skipped };
}

function entriesIn(text: string, limits: HarLimits): readonly Entry[] {
  if (text.length > limits.text)
    throw new Fault('limit', `the HAR has ${text.length} characters, more than ${limits.text}`, 'Export less of it.', {
      length: text.length,
      most: limits.text,
    });
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw invalid(`the HAR is no JSON: ${error instanceof Error ? error.message.slice(0, 200) : ''}`, null);
  }
  const parsed = harSchema.safeParse(value);
  if (parsed.success) return parsed.data.log.entries;
  const [issue] = parsed.error.issues;
  const at = (issue?.path ?? []).map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  throw invalid(`the HAR is not as HAR 1.2 says at ${at.slice(1) || 'its top'}: ${issue?.message}`, at.slice(1));
}

const invalid = (message: string, at: string | null): Fault =>
  new Fault('invalid_argument', message, 'Give a file that a browser or proxylog har has exported.', {
    parameter: 'har',
    at,
  });

function ruleOf({ request, response }: Entry, origin: string | null, most: number): MockRule | Skipped {
  if (!URL.canParse(request.url)) return 'other_origin';
  const url = new URL(request.url);
  if (origin !== null && url.origin !== origin) return 'other_origin';
  const { status, content } = response;
  if (!Number.isInteger(status) || status < 200 || status > 599) return 'unanswered';
  if (status === 304) return 'not_modified';
  const isBodiless = request.method === 'HEAD' || BODILESS.has(status);
  if (!isBodiless && (content._truncated === true || (content.text === undefined && (content.size ?? 0) > 0)))
    return 'body_missing';
  const body = isBodiless ? { body: null, base64: null } : bodyOf(content);
  const rule = {
    match: { method: request.method.toUpperCase(), url: targetOf(request.url, url) },
    respond: { status, headers: headersOf(response), ...body },
    times: null,
  };
  return bytesOf(rule) > most ? 'body_too_large' : rule;
}

/** As it was asked for, not as the URL parser would write it: `|` and `"` may stand there. */
const targetOf = (given: string, url: URL): string => {
  const [bare = ''] = given.split('#', 1);
  const start = bare.indexOf('/', bare.indexOf('://') + 3);
  return start < 0 ? url.pathname + url.search : bare.slice(start);
};

function bodyOf({ text, encoding }: Entry['response']['content']): { body: string | null; base64: string | null } {
  if (text === undefined || text === '') return { body: null, base64: null };
  return encoding === 'base64' ? { body: null, base64: text } : { body: text, base64: null };
}

const bytesOf = ({ respond: { body, base64 } }: MockRule): number =>
  body === null ? Math.ceil(((base64?.length ?? 0) * 3) / 4) : Buffer.byteLength(body);

/** A field that could end its line, or the head, is left out. */
function headersOf({ headers, content }: Entry['response']): [string, string][] {
  const pairs = headers
    .filter(({ name }) => /^[!#$%&'*+.^_`|~\w-]{1,256}$/.test(name) && !DROPPED.has(name.toLowerCase()))
    .filter(({ value }) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value))
    .map(({ name, value }): [string, string] => [name, value]);
  const isTyped = pairs.some(([name]) => name.toLowerCase() === 'content-type');
  const type = content.mimeType;
  // HAR has to name a type; that one stands for none.
  const isUnknown = type === undefined || type === 'application/octet-stream';
  if (isTyped || content.text === undefined || isUnknown || !/^[\x21-\x7e][\x20-\x7e]*$/.test(type)) return pairs;
  return [...pairs, ['Content-Type', type]];
}

/** The last answer to a request is given for ever, those before it once each, in their order. */
function inTurn(rules: readonly MockRule[]): MockRule[] {
  const last = new Map(rules.map((rule) => [`${rule.match.method} ${rule.match.url}`, rule]));
  return rules.map((rule) =>
    last.get(`${rule.match.method} ${rule.match.url}`) === rule ? rule : { ...rule, times: 1 },
  );
}
