/** The figures of a chaos rule that is in force, defaults too, under the names that users give them by. */
import type { Act, Part } from '../proxy/shape/rule.ts';

/** `type`: of the rule whose first act this is. */
export function chaosFigures(type: string, act: Act | undefined): Record<string, unknown> {
  switch (act?.do) {
    case 'delay':
      return type === 'stale'
        ? { stale_delay_ms: act.min }
        : { min_latency_ms: act.min, max_latency_ms: act.max, jitter_ms: act.jitter };
    case 'late_end':
      return { min_latency_ms: act.min, max_latency_ms: act.max };
    case 'pace':
      return { bytes_per_ms: act.bytesPerMs, chunk_size: act.chunk };
    case 'partial':
      return type === 'truncate' ? { truncate_percent: percentOf(act.part) } : dropped(act.part);
    case 'reorder':
      return { reorder_min_requests: act.min, reorder_max_wait_ms: act.maxWaitMs };
    case 'answer':
      return { error_codes: act.answer.statuses };
    default:
      return {};
  }
}

const percentOf = (part: Part): number | null => ('percent' in part ? part.percent : null);

const dropped = (part: Part) => ({
  drop_after_percent: percentOf(part),
  drop_after_bytes: 'bytes' in part ? part.bytes : null,
});
