/** What a page is told of the rules around it: which are in force, and which have touched its requests. */
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import type { Exchange } from '../proxy/recorded-exchange.ts';
import { visibleText } from '../text/visible.ts';

const MOST_NAMED = 10;

export function ruleNotes(proxy: ManagedProxy, requests: readonly Exchange[], now: number): string[] {
  const counts = new Map<string, number>();
  for (const { rules } of requests)
    for (const words of rules === '' ? [] : rules.split('; ')) {
      const [id = ''] = words.split(' ', 1);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  const touched = [...counts].slice(0, MOST_NAMED).map(([id, n]) => `${id} ×${n}`);
  return [
    ...inForce(proxy, now),
    ...(touched.length === 0 ? [] : [`rules touched its requests: ${touched.join(', ')}`]),
  ].map((note) => visibleText(note));
}

function inForce({ rules: book }: ManagedProxy, now: number): string[] {
  const rules = book.isOn ? book.rules(now).filter(({ isEnabled }) => isEnabled) : [];
  const chaos = book.chaos(now);
  return [
    ...(rules.length === 0 ? [] : [`${rules.length} rules are in force (proxy rules)`]),
    ...(chaos?.isEnabled === true
      ? [`chaos is on: ${chaos.preset ?? `${chaos.rules.length} rules`} (proxy chaos)`]
      : []),
  ];
}
