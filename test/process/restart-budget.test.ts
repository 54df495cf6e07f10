import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RESTART_LIMITS, restartBudget } from '../../src/process/restart-budget.ts';

const LIMITS = { ...RESTART_LIMITS, intensity: 3, windowMs: 1_000, firstDelayMs: 10, maxDelayMs: 80, stableMs: 500 };

describe('restart budget', () => {
  test('the failure after the last allowed restart is final', () => {
    const budget = restartBudget(LIMITS);
    const kinds = [0, 10, 20, 30].map((at) => budget.failed(at, 1).kind);
    expect(kinds).toEqual(['restart', 'restart', 'restart', 'give_up']);
  });

  test('a restart leaves the window after exactly windowMs', () => {
    for (const [at, kind] of [
      [999, 'give_up'],
      [1_000, 'restart'],
    ] as const) {
      const budget = restartBudget(LIMITS);
      for (const early of [0, 500, 600]) budget.failed(early, 1);
      expect(budget.failed(at, 1).kind).toBe(kind);
    }
  });

  test('delays double up to the most, and begin anew after a stable run', () => {
    const budget = restartBudget({ ...LIMITS, intensity: 100 });
    const delays = [1, 1, 1, 1, 1, 500].map((ran, n) => budget.failed(n * 10, ran));
    expect(delays.map((decision) => decision.kind === 'restart' && decision.delayMs)).toEqual([10, 20, 40, 80, 80, 10]);
  });

  test('never more than `intensity` restarts in any window, never fewer than the window allows', () => {
    const schedule = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(schedule, (gaps) => {
        const budget = restartBudget(LIMITS);
        const restarts: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          const inWindow = restarts.filter((at) => now - at < LIMITS.windowMs).length;
          const decision = budget.failed(now, 1);
          expect(decision.kind).toBe(inWindow < LIMITS.intensity ? 'restart' : 'give_up');
          if (decision.kind === 'restart') restarts.push(now);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
