/** A rule of a proxy as results show it, whichever kind it is. */
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import type { BookRule } from '../proxy/shape/rule-book.ts';
import type { Workbench } from './workbench.ts';

export function viewRule(
  { spec, rule, isEnabled }: BookRule,
  { rules: { cells } }: ManagedProxy,
  now: number,
  { iso }: Workbench,
): Record<string, unknown> {
  const applied = cells.get(rule.slot, 'applied');
  const { times, expiresAt } = rule;
  return {
    id: spec.id,
    name: spec.name,
    enabled: isEnabled,
    ...(rule.isChaos ? {} : { order: spec.order }),
    ...spec.shown,
    matched: cells.get(rule.slot, 'matched'),
    applied,
    times,
    times_left: times === null ? null : Math.max(0, times - applied),
    expires_at: expiresAt === null ? null : iso(expiresAt),
    expires_in_ms: expiresAt === null ? null : Math.max(0, Math.round((expiresAt - now) / 1_000)),
  };
}
