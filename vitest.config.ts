import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** By default Vitest leaves one processor to itself, which is half of two. */
const EACH = availableParallelism();

/**
 * `unit` and `model` run the sources; `stress` and `acceptance` run what `npm run build` made, since workers refuse `.ts` on Node 20.
 * A file of `acceptance` and `browser` mostly waits for other processes and has homes and ports of its own: two at a time.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{acceptance,browser}/**'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          maxWorkers: EACH,
        },
      },
      {
        resolve: { conditions: ['model'] },
        ssr: { resolve: { conditions: ['model'] } },
        test: {
          name: 'model',
          include: ['test/model/**/*.model.ts'],
          globalSetup: ['test/model/summary.ts'],
          testTimeout: 600_000,
          hookTimeout: 60_000,
          maxWorkers: EACH,
        },
      },
      {
        test: {
          name: 'stress',
          include: ['test/stress/**/*.stress.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'acceptance',
          include: ['test/acceptance/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
