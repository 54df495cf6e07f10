/** Threads of a stress test: each says that it is ready, all begin at once, and each tells what it saw. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';
import type { Park } from '../../src/lockfree/index.ts';

export interface Crew<Report> {
  /** Lets them begin, and waits for their reports and ends; in the order of the tasks. Rejects with what one of them throws. */
  run(): Promise<Report[]>;
  /** Lets them begin, and does not wait. */
  begin(): void;
  /** Ends them wherever they are. */
  terminate(): Promise<void>;
}

/** A worker thread of `file` for each task, all of them ready; they begin when `start` wakes. */
export async function enlist<Report>(file: string, tasks: readonly unknown[], start: Park): Promise<Crew<Report>> {
  const workers = await Promise.all(tasks.map((task) => ready(file, task)));
  return {
    async run() {
      const reports = workers.map(async (worker): Promise<Report> => (await once(worker, 'message'))[0]);
      const ends = workers.map((worker) => once(worker, 'exit'));
      start.wake();
      try {
        const [told] = await Promise.all([Promise.all(reports), Promise.all(ends)]);
        return told;
      } finally {
        await Promise.all(workers.map((worker) => worker.terminate()));
      }
    },
    begin: () => start.wake(),
    async terminate() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

async function ready(file: string, task: unknown): Promise<Worker> {
  const worker = new Worker(file, { workerData: task });
  const [message] = await once(worker, 'message');
  expect(message).toBe('ready');
  return worker;
}
