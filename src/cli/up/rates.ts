/** Requests per second, of counts that are looked at now and then. */

export interface Rates {
  /** `total` at `nowMs`; over the last few seconds. */
  perSecond(name: string, total: number, nowMs: number): number;
}

const WINDOW_MS = 5_000;

export function createRates(): Rates {
  const samples = new Map<string, { total: number; at: number }[]>();
  return {
    perSecond(name, total, nowMs) {
      const before = (samples.get(name) ?? []).filter(({ total: earlier }) => earlier <= total);
      // The newest that is older than the window is where the window begins.
      const start = before.findLastIndex(({ at }) => nowMs - at >= WINDOW_MS);
      const kept = [...before.slice(Math.max(0, start)), { total, at: nowMs }];
      samples.set(name, kept);
      const [first] = kept;
      if (first === undefined || first.at === nowMs) return 0;
      return ((total - first.total) * 1_000) / (nowMs - first.at);
    },
  };
}
