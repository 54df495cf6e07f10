/** A thread of the registry's stress test: waits for the common start, runs its task, tells what it saw. */
import { parentPort, workerData } from 'node:worker_threads';
import { Park, Segment } from '../../src/lockfree/index.ts';
import { run, type StressTask } from './registry-tasks.ts';

const task: StressTask = workerData;
const start = new Park(Segment.attach(task.buffer).region('start').words, 0);
const ticket = start.prepare();
parentPort?.postMessage('ready');
start.wait(ticket);
parentPort?.postMessage(run(task));
