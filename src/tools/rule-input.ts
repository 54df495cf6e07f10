/** Rules of `proxy rules` as users write them: strict, whole or not at all. */
import * as z from 'zod';
import { isDevtoolPath } from '../proxy/devtool-paths.ts';
import { unknownPlaces } from '../proxy/shape/template.ts';
import {
  methodSchema,
  ownFields,
  parseRules,
  patternSchema,
  probabilitySchema,
  refuseTwins,
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

export const ACTIONS = ['respond', 'modify', 'delay_ms', 'abort', 'throttle', 'target_url', 'messages'] as const;
const ruleSchema = z
  .strictObject({
    ...ownFields,
    order: z.int().min(-1_000_000).max(1_000_000).default(0),
    match: matchSchema.prefault({}),
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

export type MessagesInput = z.output<typeof messagesSchema>;
export type PatchInput = z.output<typeof patchSchema>;
export type RuleInput = z.output<typeof ruleSchema> & { readonly id: string };

/** Throws `invalid_argument` with the field. `taken`: ids that are there. */
export function ruleInputs(given: readonly Readonly<Record<string, unknown>>[], taken: readonly string[]): RuleInput[] {
  const rules = withIds(parseRules(given, ruleSchema), () => 'rule', taken);
  refuseTwins(rules);
  return rules;
}
