/** One disposable thread for users' patterns: opened, given a job at a time, ended at any moment. */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { type Answer, type Job, READY } from './job.ts';

export interface ThreadEvents {
  readonly ready: () => void;
  readonly answer: (answer: Answer) => void;
  /** It has ended without being asked to. */
  readonly lost: (reason: string) => void;
}

export interface Thread {
  readonly isReady: () => boolean;
  readonly post: (job: Job) => void;
  /** Takes what has arrived but was not yet handed on, since the calling thread was busy. */
  readonly takeAnswer: () => Answer | null;
  /** From now on: how many milliseconds it has been at work. What waits for a processor is not at work. */
  readonly stopwatch: () => () => number;
  /** Whether the thread keeps the calling process alive. */
  readonly hold: (yes: boolean) => void;
  /** No event comes after this. */
  readonly end: () => Promise<void>;
}

// A pattern's captures and the texts are all that a job needs; what asks for more is ended by the engine, not by the machine.
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 };

export function openThread(workerUrl: URL | string, events: ThreadEvents): Thread {
  const { port1: port, port2: theirs } = new MessageChannel();
  const worker = new Worker(workerUrl, {
    name: 'patterns',
    workerData: { port: theirs },
    transferList: [theirs],
    resourceLimits: LIMITS,
    env: {},
    execArgv: [],
  });
  let ready = false;
  let over = false;

  const lose = (reason: string): void => {
    if (over) return;
    over = true;
    port.close();
    events.lost(reason);
  };

  port.on('message', (message: Answer | typeof READY) => {
    if (over) return;
    if (message === READY) {
      ready = true;
      events.ready();
    } else events.answer(message);
  });
  worker.on('error', (error) => lose(error instanceof Error ? error.message : String(error)));
  worker.on('exit', (code) => lose(`thread ended with code ${code}`));
  port.unref();
  worker.unref();

  return {
    isReady: () => ready,
    post: (job) => port.postMessage(job),
    takeAnswer: () => receiveMessageOnPort(port)?.message ?? null,
    stopwatch: () => {
      const before = { active: worker.performance.eventLoopUtilization().active, used: process.cpuUsage() };
      // Its loop counts what it waits for a processor amid its work too; it has had no more than the whole program.
      return () => {
        const { user, system } = process.cpuUsage(before.used);
        return Math.min(worker.performance.eventLoopUtilization().active - before.active, (user + system) / 1_000);
      };
    },
    hold: (yes) => (yes ? worker.ref() : worker.unref()),
    end: async () => {
      over = true;
      port.close();
      await worker.terminate();
    },
  };
}
