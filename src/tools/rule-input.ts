/** Rules of `proxy rules` as users write them, and what becomes of them: strict, whole or not at all. */
import * as z from 'zod';
import { isDevtoolPath } from '../proxy/devtool-paths.ts';
import type { Act, Answer, Edits, Match } from '../proxy/shape/rule.ts';
import type { RuleSpec } from '../proxy/shape/rule-book.ts';
import { unknownPlaces } from '../proxy/shape/template.ts';
import {
  expirySchema,
  idSchema,
  methodSchema,
  parseRules,
  patternSchema,
  probabilitySchema,
  refuseTwins,
  timesSchema,
  withIds,
} from './rule-parts.ts';

/** A call has to fit into one line of the front; what is larger is a file. */
const MOST_BODY = 3_000_000;
const MOST_DELAY_MS = 600_000;
const TYPES = [
  'document',
  'script',
  'style',
  'image',
  'font',
  'media',
  'fetch',
  'worker',
  'websocket',
  'other',
] as const;
const FRAMING = new Set(
  'connection keep-alive proxy-connection te trailer transfer-encoding upgrade content-length host x-devtool-load'.split(
    ' ',
  ),
);

const nameSchema = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~\w-]{1,256}$/, 'must be a field name')
  .refine((name) => !FRAMING.has(name.toLowerCase()), 'belongs to the connection or the framing');
const valueSchema = z
  .string()
  .max(16_000)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be one line of Latin-1');
const editsSchema = z.record(nameSchema, valueSchema.nullable());
/** An object, or pairs: a name may come twice. */
const fieldsSchema = z.union([z.record(nameSchema, valueSchema), z.array(z.tuple([nameSchema, valueSchema])).max(150)]);
const pointerSchema = z
  .string()
  .max(1_000)
  .regex(/^(?:\/(?:[^~/]|~[01])*)*$/, 'must be a JSON Pointer such as /items/0/price');
const patchSchema = z
  .array(
    z.discriminatedUnion('op', [
      z.strictObject({ op: z.enum(['add', 'replace', 'test']), path: pointerSchema, value: z.json() }),
      z.strictObject({ op: z.literal('remove'), path: pointerSchema }),
      z.strictObject({ op: z.enum(['move', 'copy']), path: pointerSchema, from: pointerSchema }),
    ]),
  )
  .min(1)
  .max(100);
const targetSchema = z
  .string()
  .max(16_000)
  .regex(/^\/[!"$-~]*$/, 'must be a path, percent-encoded, with its query')
  .refine((path) => !isDevtoolPath(path), 'is a path of devtool-mcp itself');
const delaySchema = z.union([
  z.int().min(0).max(MOST_DELAY_MS),
  z
    .tuple([z.int().min(0).max(MOST_DELAY_MS), z.int().min(0).max(MOST_DELAY_MS)])
    .refine(([min, max]) => min <= max, 'must be [least, most]'),
]);
const statusSchema = z.int().min(200).max(599);

const matchSchema = z
  .strictObject({
    method: methodSchema.optional(),
    methods: z.array(methodSchema).min(1).max(20).optional(),
    url: targetSchema.optional(),
    path: targetSchema.refine((path) => !path.includes('?'), 'must have no query: that is url').optional(),
    url_pattern: patternSchema.optional(),
    headers: z.record(nameSchema.or(z.literal('host')), z.union([patternSchema, z.literal(true)])).optional(),
    body: patternSchema.optional(),
    type: z.union([z.enum(TYPES), z.array(z.enum(TYPES)).min(1)]).optional(),
    nth: z.int().min(1).max(1_000_000_000).optional(),
    probability: probabilitySchema.default(1),
  })
  .refine(
    ({ url, path, url_pattern }) => [url, path, url_pattern].filter((one) => one !== undefined).length <= 1,
    'takes one of url, path, url_pattern',
  );

const respondSchema = z
  .strictObject({
    status: statusSchema.default(200),
    headers: fieldsSchema.default({}),
    body: z.json().optional(),
    base64: z
      .base64()
      .max(Math.ceil(MOST_BODY / 3) * 4)
      .optional(),
    file: z.string().min(1).max(4_096).optional(),
    template: z.boolean().default(false),
  })
  .refine(
    ({ body, base64, file }) => [body, base64, file].filter((one) => one !== undefined).length <= 1,
    'takes one of body, base64, file',
  )
  .refine(({ body }) => body === undefined || textOf(body).length <= MOST_BODY, {
    path: ['body'],
    message: `has more than ${MOST_BODY} characters`,
  })
  .refine(({ template, body }) => !template || typeof body === 'string', 'template: true needs a body that is text')
  .superRefine(({ template, body }, context) => {
    const unknown = template && typeof body === 'string' ? unknownPlaces(body) : [];
    if (unknown.length === 0) return;
    const message = `{{${unknown[0]}}} is unknown: method, url, path, query.NAME, header.NAME, body, json.PATH, count, now, random`;
    context.addIssue({ code: 'custom', path: ['body'], message });
  });

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

const messagesSchema = z
  .strictObject({
    direction: z.enum(['in', 'out', 'both']).default('both'),
    pattern: patternSchema.optional(),
    drop: z.literal(true).optional(),
    cut: z.literal(true).optional(),
    delay_ms: delaySchema.optional(),
    probability: probabilitySchema.default(1),
  })
  .refine(
    ({ drop, cut, delay_ms }) => [drop, cut, delay_ms].filter((one) => one !== undefined).length === 1,
    'takes one of drop, cut, delay_ms',
  );

const ACTIONS = ['respond', 'modify', 'delay_ms', 'abort', 'throttle', 'target_url', 'messages'] as const;
const ruleSchema = z
  .strictObject({
    id: idSchema.optional(),
    name: z.string().max(200).default(''),
    enabled: z.boolean().default(true),
    order: z.int().min(-1_000_000).max(1_000_000).default(0),
    match: matchSchema.prefault({}),
    times: timesSchema.optional(),
    expires_ms: expirySchema.optional(),
    respond: respondSchema.optional(),
    modify: z
      .strictObject({
        request: z
          .strictObject({
            url: targetSchema.optional(),
            headers: editsSchema.optional(),
            json_patch: patchSchema.optional(),
          })
          .optional(),
        response: z
          .strictObject({
            status: statusSchema.optional(),
            headers: editsSchema.optional(),
            json_patch: patchSchema.optional(),
          })
          .optional(),
      })
      .optional(),
    delay_ms: delaySchema.optional(),
    abort: z.union([z.literal(true), z.enum(['reset', 'close', 'hang'])]).optional(),
    throttle: z
      .strictObject({
        bytes_per_second: z.int().min(1).max(1_000_000_000),
        chunk_size: z.int().min(1).max(1_000_000).default(1),
      })
      .optional(),
    target_url: z.string().min(1).max(2_048).optional(),
    messages: messagesSchema.optional(),
  })
  .refine(
    (rule) => ACTIONS.some((action) => rule[action] !== undefined),
    `does nothing: it takes ${ACTIONS.join(', ')}`,
  )
  .refine(
    ({ respond, abort, target_url }) => [respond, abort, target_url].filter((one) => one !== undefined).length <= 1,
    {
      message: 'takes one of respond, abort, target_url',
    },
  )
  .refine(({ target_url, match }) => target_url === undefined || match.body === undefined, {
    path: ['match', 'body'],
    message: 'cannot be asked before the target is chosen: no match.body beside target_url',
  });

export type RuleInput = z.output<typeof ruleSchema> & { readonly id: string };

/** Throws `invalid_argument` with the field. `taken`: ids that are there. */
export function ruleInputs(given: readonly Readonly<Record<string, unknown>>[], taken: readonly string[]): RuleInput[] {
  const rules = withIds(parseRules(given, ruleSchema), () => 'rule', taken);
  refuseTwins(rules);
  return rules;
}

/** `file`: a path that has been checked, and the directory that it has to stay in. */
export function ruleSpec(
  input: RuleInput,
  file: { path: string; root: string } | null,
  target: string | null,
): RuleSpec {
  const { id, name, enabled, order, times, expires_ms, match } = input;
  const { probability, ...rest } = match;
  const { respond, ...others } = input;
  const body = respond?.body ?? respond?.base64;
  const size = body === undefined ? null : typeof body === 'string' ? body.length : JSON.stringify(body).length;
  return {
    id,
    name,
    isEnabled: enabled,
    order,
    match: matchOf(match),
    acts: actsOf(input, file, target),
    times: times ?? null,
    expiresMs: expires_ms ?? null,
    shown: {
      match: probability === 1 ? rest : match,
      does: Object.fromEntries(
        ACTIONS.filter((action) => input[action] !== undefined).map((action) => [
          action,
          action === 'respond'
            ? { status: respond?.status, file: respond?.file ?? null, body_characters: size }
            : others[action],
        ]),
      ),
    },
  };
}

function matchOf({
  method,
  methods,
  url,
  path,
  url_pattern,
  headers,
  body,
  type,
  nth,
  probability,
}: RuleInput['match']): Match {
  const named = [...(method === undefined ? [] : [method]), ...(methods ?? [])];
  return {
    methods: named.length === 0 ? null : named,
    url: url ?? null,
    path: path ?? null,
    urlPattern: url_pattern ?? null,
    headers: Object.entries(headers ?? {}).map(([name, pattern]) => [
      name.toLowerCase(),
      pattern === true ? null : pattern,
    ]),
    body: body ?? null,
    types: type === undefined ? null : typeof type === 'string' ? [type] : type,
    nth: nth ?? null,
    probability,
  };
}

function actsOf(input: RuleInput, file: { path: string; root: string } | null, target: string | null): Act[] {
  const { respond, modify, delay_ms, abort, throttle, messages } = input;
  const acts: Act[] = [];
  if (delay_ms !== undefined) acts.push({ do: 'delay', ...span(delay_ms), jitter: 0 });
  if (modify?.request !== undefined)
    acts.push({ do: 'request', url: modify.request.url ?? null, edits: editsOf(modify.request) });
  if (modify?.response !== undefined)
    acts.push({ do: 'response', status: modify.response.status ?? null, edits: editsOf(modify.response) });
  if (throttle !== undefined)
    acts.push({ do: 'pace', bytesPerMs: throttle.bytes_per_second / 1_000, chunk: throttle.chunk_size });
  if (target !== null) acts.push({ do: 'target', url: target });
  if (messages !== undefined) acts.push(messagesAct(messages));
  if (respond !== undefined) acts.push({ do: 'answer', answer: answerOf(respond, file) });
  if (abort === 'hang') acts.push({ do: 'hold' });
  else if (abort !== undefined) acts.push({ do: 'cut', how: abort === 'close' ? 'close' : 'reset' });
  return acts;
}

const span = (delay: number | readonly [number, number]): { min: number; max: number } =>
  typeof delay === 'number' ? { min: delay, max: delay } : { min: delay[0], max: delay[1] };

function editsOf({
  headers,
  json_patch,
}: {
  headers?: Record<string, string | null> | undefined;
  json_patch?: z.output<typeof patchSchema> | undefined;
}): Edits {
  return {
    fields: Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    patch: json_patch ?? [],
  };
}

function messagesAct({ direction, pattern, drop, cut, delay_ms, probability }: z.output<typeof messagesSchema>): Act {
  const verdict =
    drop === true
      ? { do: 'drop' as const }
      : cut === true
        ? { do: 'cut' as const }
        : { do: 'delay' as const, ...span(delay_ms ?? 0), jitter: 0 };
  return { do: 'messages', direction, pattern: pattern ?? null, verdict, probability };
}

function answerOf(respond: NonNullable<RuleInput['respond']>, file: { path: string; root: string } | null): Answer {
  const { status, headers, body, base64, template } = respond;
  const pairs = Array.isArray(headers) ? headers : Object.entries(headers);
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  const isTyped = pairs.some(([name]) => name.toLowerCase() === 'content-type');
  const type =
    file !== null ? typeOfFile(file.path) : text === null ? null : typeOfText(text, typeof body !== 'string');
  const fields = [...pairs.flat(), ...(isTyped || type === null ? [] : ['Content-Type', type])];
  if (file !== null) return { statuses: [status], fields, body: { kind: 'file', ...file } };
  if (template && text !== null) return { statuses: [status], fields, body: { kind: 'template', text } };
  const bytes = base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64');
  return { statuses: [status], fields, body: { kind: 'bytes', bytes: new Uint8Array(bytes) } };
}

function typeOfText(text: string, isValue: boolean): string {
  if (isValue || /^\s*[[{]/.test(text)) return 'application/json';
  return /^\s*<(?:!doctype html|html)\b/i.test(text) ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8';
}

const FILE_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  xml: 'application/xml',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
};
const typeOfFile = (path: string): string =>
  FILE_TYPES[/\.(\w{1,8})$/.exec(path)?.[1]?.toLowerCase() ?? ''] ?? 'application/octet-stream';
