/** A thread of the journal's stress test: waits for the common start, runs its task, tells what it saw. */
import { parentPort, workerData } from 'node:worker_threads';
import { Park, Segment } from '../../src/lockfree/index.ts';
import { type JournalTask, run } from './journal-tasks.ts';

const task: JournalTask = workerData;
const start = new Park(Segment.attach(task.buffer).region('start').words, 0);
const ticket = start.prepare();
parentPort?.postMessage('ready');
start.wait(ticket);
parentPort?.postMessage(run(task));
