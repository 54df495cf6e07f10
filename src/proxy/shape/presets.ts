/** Chaos that has a name: rules as a user would write them, without their defaults. */

export interface Preset {
  /** Chance that a request is looked at at all. */
  readonly globalOdds: number;
  readonly rules: readonly Readonly<Record<string, unknown>>[];
}

const latency = (min: number, max: number, jitter: number, probability = 1) => ({
  id: 'latency',
  type: 'latency',
  probability,
  min_latency_ms: min,
  max_latency_ms: max,
  jitter_ms: jitter,
});
const errors = (probability: number, codes: readonly number[], more: Readonly<Record<string, unknown>> = {}) => ({
  id: 'errors',
  type: 'http_error',
  probability,
  error_codes: codes,
  ...more,
});
const loss = (probability: number) => ({ id: 'loss', type: 'packet_loss', probability });
const truncate = (probability: number, kept: number) => ({
  id: 'truncate',
  type: 'truncate',
  probability,
  truncate_percent: kept,
});
const reorder = (probability: number, min: number, wait: number) => ({
  id: 'reorder',
  type: 'out_of_order',
  probability,
  reorder_min_requests: min,
  reorder_max_wait_ms: wait,
});
const preset = (globalOdds: number, ...rules: Preset['rules']): Preset => ({ globalOdds, rules });

export const PRESETS = {
  'mobile-3g': preset(1, latency(200, 2_000, 500), loss(0.02)),
  'mobile-4g': preset(1, latency(50, 500, 100), loss(0.005)),
  'flaky-api': preset(1, errors(0.05, [500, 502, 503, 504]), latency(100, 5_000, 1_000, 0.3), {
    id: 'timeout',
    type: 'timeout',
    probability: 0.02,
  }),
  'race-condition': preset(1, reorder(0.5, 2, 500), latency(0, 3_000, 1_000, 0.7)),
  'stale-tab': preset(1, { id: 'stale', type: 'stale', stale_delay_ms: 10_800_000 }),
  'slow-connection': preset(
    1,
    { id: 'drip', type: 'slow_drip', bytes_per_ms: 5, chunk_size: 10 },
    latency(500, 1_000, 0),
  ),
  'connection-drops': preset(1, {
    id: 'disconnect',
    type: 'disconnect',
    probability: 0.1,
    drop_after_percent: 0.5,
  }),
  'data-corruption': preset(1, truncate(0.05, 0.8)),
  'rate-limited': preset(1, { id: 'rate-limit', type: 'rate_limit', probability: 0.2 }),
  'auth-failures': preset(1, errors(0.1, [401, 403])),
  'service-degradation': preset(0.3, latency(1_000, 10_000, 0, 0.5), errors(0.1, [503]), truncate(0.05, 0.5)),
  'pressure-test': preset(
    0.5,
    latency(100, 2_000, 500, 0.4),
    errors(0.1, [500, 502, 503, 504, 429]),
    reorder(0.3, 3, 300),
    { id: 'drops', type: 'disconnect', probability: 0.02, drop_after_percent: 0.5 },
  ),
} as const satisfies Record<string, Preset>;
export type PresetName = keyof typeof PRESETS;
