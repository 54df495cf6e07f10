/** A thread's side of a crew: waits for the common start, runs its task, tells what it saw. */
import { parentPort, workerData } from 'node:worker_threads';
import { Park, Segment } from '../../src/lockfree/index.ts';

/** `run` gets the task that the thread was made with; its segment has a region `start`. */
export function begin<Task extends { readonly buffer: SharedArrayBuffer }>(run: (task: Task) => unknown): void {
  const task: Task = workerData;
  const start = new Park(Segment.attach(task.buffer).region('start').words, 0);
  const ticket = start.prepare();
  parentPort?.postMessage('ready');
  start.wait(ticket);
  parentPort?.postMessage(run(task));
}
