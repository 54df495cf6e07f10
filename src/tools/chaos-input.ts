/** Rules of `proxy chaos` as users write them, with the original's names, and what each type does. */
import * as z from 'zod';
import { type Act, ANY_MATCH, type Answer } from '../proxy/shape/rule.ts';
import type { RuleSpec } from '../proxy/shape/rule-book.ts';
import { chaosFigures } from './chaos-figures.ts';
import {
  methodSchema,
  ownFields,
  ownSpec,
  parseRules,
  patternSchema,
  probabilitySchema,
  refuseTwins,
  withIds,
} from './rule-parts.ts';

const CHAOS_TYPES = [
  'latency',
  'packet_loss',
  'disconnect',
  'slow_drip',
  'bandwidth',
  'timeout',
  'stale',
  'out_of_order',
  'http_error',
  'rate_limit',
  'truncate',
  'bit_flip',
  'corrupt_json',
  'slow_close',
  'chunked_abort',
  'partial_body',
  'header_bomb',
] as const;
type ChaosType = (typeof CHAOS_TYPES)[number];

const MOST_MS = 86_400_000;
const millisSchema = z.int().min(0).max(MOST_MS);

const chaosSchema = z
  .strictObject({
    ...ownFields,
    type: z.enum(CHAOS_TYPES),
    url_pattern: patternSchema.optional(),
    methods: z.array(methodSchema).max(20).default([]),
    probability: probabilitySchema.default(1),
    min_latency_ms: millisSchema.optional(),
    max_latency_ms: millisSchema.optional(),
    jitter_ms: millisSchema.default(0),
    bytes_per_ms: z.number().min(0.001).max(1_000_000).optional(),
    chunk_size: z.int().min(1).max(1_000_000).optional(),
    drop_after_percent: z.number().min(0).max(1).optional(),
    drop_after_bytes: z.int().min(0).max(1_000_000_000).optional(),
    error_codes: z.array(z.int().min(400).max(599)).min(1).max(50).optional(),
    error_message: z.string().max(10_000).optional(),
    truncate_percent: z.number().min(0).max(1).optional(),
    reorder_min_requests: z.int().min(2).max(100).default(2),
    reorder_max_wait_ms: z.int().min(1).max(600_000).default(500),
    stale_delay_ms: millisSchema.default(10_800_000),
  })
  .refine(({ min_latency_ms: min, max_latency_ms: max }) => min === undefined || max === undefined || min <= max, {
    path: ['max_latency_ms'],
    message: 'is less than min_latency_ms',
  })
  .refine(
    ({ type, min_latency_ms, max_latency_ms, jitter_ms }) =>
      type !== 'latency' || (min_latency_ms ?? max_latency_ms) !== undefined || jitter_ms > 0,
    { path: ['min_latency_ms'], message: 'latency takes min_latency_ms, max_latency_ms or jitter_ms' },
  );

export type ChaosInput = z.output<typeof chaosSchema> & { readonly id: string };

/** Throws `invalid_argument` with the field. */
export function chaosInputs(given: readonly Readonly<Record<string, unknown>>[]): ChaosInput[] {
  const rules = withIds(parseRules(given, chaosSchema), ({ type }) => type);
  refuseTwins(rules);
  return rules;
}

export function chaosSpec(input: ChaosInput): RuleSpec {
  const { type, url_pattern, methods, probability, expires_ms, error_message } = input;
  const urlPattern = url_pattern ?? null;
  const acts = ACTS[type](input);
  const isError = type === 'http_error' || type === 'rate_limit';
  return {
    ...ownSpec(input),
    order: 0,
    match: { ...ANY_MATCH, methods: methods.length === 0 ? null : methods, urlPattern, probability },
    acts,
    shown: {
      type,
      url_pattern: urlPattern,
      methods,
      probability,
      expires_ms: expires_ms ?? null,
      ...chaosFigures(type, acts[0]),
      ...(isError ? { error_message: error_message ?? null } : {}),
    },
  };
}

const ACTS: Readonly<Record<ChaosType, (input: ChaosInput) => Act[]>> = {
  latency: (input) => {
    const delay = latencyOf(input);
    return [delay, { ...PER_MESSAGE, verdict: delay, probability: input.probability }];
  },
  packet_loss: ({ probability }) => [
    { do: 'cut', how: 'reset' },
    { ...PER_MESSAGE, verdict: { do: 'drop' }, probability },
  ],
  disconnect: (input) => [
    { do: 'partial', end: 'drop', part: dropPart(input) },
    { ...PER_MESSAGE, verdict: { do: 'cut' }, probability: input.probability },
  ],
  slow_drip: ({ bytes_per_ms: rate, chunk_size: chunk }) => [{ do: 'pace', bytesPerMs: rate ?? 10, chunk: chunk ?? 1 }],
  bandwidth: ({ bytes_per_ms: rate, chunk_size: chunk }) => [
    { do: 'pace', bytesPerMs: rate ?? 100, chunk: chunk ?? 1_024 },
  ],
  timeout: () => [{ do: 'hold' }],
  stale: ({ stale_delay_ms: ms }) => [{ do: 'delay', min: ms, max: ms, jitter: 0 }],
  out_of_order: ({ reorder_min_requests: min, reorder_max_wait_ms: maxWaitMs }) => [{ do: 'reorder', min, maxWaitMs }],
  http_error: (input) => [{ do: 'answer', answer: errorAnswer(input, input.error_codes ?? [500, 502, 503, 504]) }],
  rate_limit: (input) => [
    { do: 'answer', answer: errorAnswer(input, input.error_codes ?? [429], ['Retry-After', '1']) },
  ],
  truncate: ({ truncate_percent: kept = 0.5 }) => [{ do: 'partial', end: 'whole', part: { percent: kept } }],
  bit_flip: () => [{ do: 'flip' }],
  corrupt_json: () => [{ do: 'corrupt' }],
  slow_close: ({ min_latency_ms: min, max_latency_ms: max }) => [
    { do: 'late_end', min: min ?? max ?? 5_000, max: max ?? min ?? 5_000 },
  ],
  chunked_abort: (input) => [{ do: 'partial', end: 'abort', part: keptPart(input) }],
  partial_body: (input) => [{ do: 'partial', end: 'close', part: keptPart(input) }],
  header_bomb: () => [{ do: 'bomb' }],
};

/** Of a WebSocket each message has its own chance. */
const PER_MESSAGE = { do: 'messages', direction: 'both', pattern: null } as const;

function latencyOf({ min_latency_ms: min, max_latency_ms: max, jitter_ms: jitter }: ChaosInput) {
  const least = min ?? 0;
  return { do: 'delay' as const, min: least, max: Math.max(least, max ?? least), jitter };
}

const dropPart = ({ drop_after_bytes: bytes, drop_after_percent: percent }: ChaosInput) =>
  bytes !== undefined && percent === undefined ? { bytes } : { percent: percent ?? 0.5 };

function keptPart(input: ChaosInput) {
  const { truncate_percent: kept, drop_after_bytes, drop_after_percent } = input;
  if (kept !== undefined && drop_after_bytes === undefined && drop_after_percent === undefined)
    return { percent: kept };
  return dropPart(input);
}

/** JSON, as programs read it. */
function errorAnswer(
  { error_message: message }: ChaosInput,
  statuses: readonly number[],
  more: readonly string[] = [],
): Answer {
  const error = message ?? (statuses.includes(429) && statuses.length === 1 ? 'rate limit exceeded' : 'injected error');
  const body = `${JSON.stringify({ error, injected: true })}\n`;
  return {
    statuses,
    fields: ['Content-Type', 'application/json', 'Cache-Control', 'no-store', ...more],
    body: { kind: 'bytes', bytes: new Uint8Array(Buffer.from(body)) },
  };
}
