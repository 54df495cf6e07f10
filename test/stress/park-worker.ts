/** Answers each request by waking: blocks in wait() until the next, as a worker may and the control thread may not. */
import { parentPort, workerData } from 'node:worker_threads';
import { add, load } from '#atomic';
import { Park } from '../../src/lockfree/index.ts';
import { PARKS, type ParkTask } from './park-task.ts';

const { buffer, rounds }: ParkTask = workerData;
const words = new Int32Array(buffer);
const requests = new Park(words, PARKS.requests);
const replies = new Park(words, PARKS.replies);
for (let round = 1; round <= rounds; round++) {
  for (let ticket = requests.prepare(); load(words, PARKS.asked) < round; ticket = requests.prepare())
    requests.wait(ticket);
  add(words, PARKS.answered, 1);
  replies.wake();
}
parentPort?.postMessage(load(words, PARKS.answered));
