/** Traffic in figures. */
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import type { Exchange } from '../proxy/recorded-exchange.ts';
import { visibleText } from '../text/visible.ts';

const MOST_ROWS = 10;

export function summaryOf(exchanges: readonly Exchange[], show: (text: string) => string) {
  const over = exchanges.filter(({ ended }) => ended !== null);
  const times = over.map(({ began, ended }) => ((ended ?? began) - began) / 1_000).sort((a, b) => a - b);
  const at = (share: number): number | null =>
    times.length === 0
      ? null
      : Math.round((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0) * 10) / 10;
  const slowest = [...over].sort((a, b) => durationOf(b) - durationOf(a)).slice(0, 5);
  const failed = exchanges.filter(
    ({ status, outcome }) => status >= 400 || (outcome !== null && outcome !== 'complete' && outcome !== 'upgraded'),
  );
  const line = (exchange: Exchange) => ({
    id: `req_${exchange.id}`,
    method: exchange.method,
    url: visibleText(show(exchange.target)).slice(0, 200),
    status: exchange.status,
    outcome: exchange.outcome ?? 'pending',
    ms: Math.round(durationOf(exchange) / 1_000),
  });
  return {
    requests: exchanges.length,
    pending: exchanges.length - over.length,
    failed: failed.length,
    by_status: countBy(over, ({ status, outcome }) =>
      status === 0 ? String(outcome) : `${Math.floor(status / 100)}xx`,
    ),
    by_method: countBy(exchanges, ({ method }) => method),
    bytes: { sent: sum(exchanges, 'requestBytes'), received: sum(exchanges, 'responseBytes') },
    ms: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
    top_paths: Object.entries(
      countBy(exchanges, ({ target }) => visibleText(show(target.split('?', 1)[0] ?? '')).slice(0, 200)),
    )
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST_ROWS)
      .map(([path, count]) => ({ path, count })),
    slowest: slowest.map(line),
    failures: failed.slice(-MOST_ROWS).map(line),
  };
}

export function statsOf(proxy: ManagedProxy) {
  const { counters } = proxy.memory;
  const kinds = ['error', 'console', 'performance', 'interaction', 'mutation', 'custom', 'execution'] as const;
  return {
    http: { ...proxy.log.totals(), max_size: proxy.request.maxLogSize },
    websocket: proxy.log.messageTotals(),
    ...Object.fromEntries(
      kinds.map((kind) => {
        const { total, available } = proxy.pageLog.totals(kind);
        return [kind, { total, available, dropped: total - available }];
      }),
    ),
    active_connections: counters.get('activeConnections'),
    pages: counters.get('pages'),
    shared_bytes: proxy.memory.buffer.byteLength,
  };
}

const durationOf = ({ began, ended }: Exchange): number => (ended ?? began) - began;
const sum = (exchanges: readonly Exchange[], name: 'requestBytes' | 'responseBytes'): number =>
  exchanges.reduce((total, exchange) => total + exchange[name], 0);

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return Object.fromEntries(counts);
}
