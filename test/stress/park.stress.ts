/** Ping-pong between a blocking worker and an asynchronous main thread: one lost wake-up, and it never ends. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { add, load } from '#atomic';
import { Park } from '../../src/lockfree/index.ts';
import { type Bundle, bundle } from './bundle.ts';
import { PARK_TASK_BYTES, PARKS } from './park-task.ts';

const ROUNDS = Number(process.env.STRESS_ROUNDS ?? 20_000);

let program: Bundle;
beforeAll(async () => {
  program = await bundle('park-worker.ts');
});
afterAll(() => program.remove());

test('every request is answered, every answer heard', async () => {
  const buffer = new SharedArrayBuffer(PARK_TASK_BYTES);
  const words = new Int32Array(buffer);
  const requests = new Park(words, PARKS.requests);
  const replies = new Park(words, PARKS.replies);
  const worker = new Worker(program.file, { workerData: { buffer, rounds: ROUNDS } });
  const told = once(worker, 'message');
  const ended = once(worker, 'exit');
  const heard = { woken: 0, 'timed-out': 0 };
  for (let round = 1; round <= ROUNDS; round++) {
    add(words, PARKS.asked, 1);
    requests.wake();
    for (let ticket = replies.prepare(); load(words, PARKS.answered) < round; ticket = replies.prepare()) {
      heard[await replies.waitAsync(ticket)]++;
    }
  }
  expect(await told).toEqual([ROUNDS]);
  expect(await ended).toEqual([0]);
  expect(heard['timed-out']).toBe(0);
});
