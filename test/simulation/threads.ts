/** Worker threads of a simulated daemon: messages in order, each after a while; a thread that is lost says nothing more. */

import type { FromWorker, ToWorker } from '../../src/process/spec.ts';
import { createSupervision, type SupervisionParts } from '../../src/process/supervision.ts';
import type { WorkerPort } from '../../src/process/worker-link.ts';
import type { FromProxyWorker, ToProxyWorker } from '../../src/proxy/spec.ts';
import type { ProxyWorkerPort } from '../../src/proxy/worker-link.ts';
import type { Chance } from './chance.ts';
import type { Scheduler } from './scheduler.ts';

const LATENCY_MS = [0.02, 0.02, 0.1, 4] as const;

/** A way for messages: none overtakes another. Cloned as a real port does. */
function wayFor<Message>(
  scheduler: Scheduler,
  chance: Chance,
  deliver: (message: Message) => void,
): (message: Message) => void {
  let last = 0;
  return (message) => {
    const copy = structuredClone(message);
    last = Math.max(last, scheduler.micros() + chance.between(0.01, chance.pick(LATENCY_MS)) * 1_000);
    scheduler.after((last - scheduler.micros()) / 1_000, () => deliver(copy));
  };
}

export interface SimulatedWorker {
  readonly port: WorkerPort;
  /** Ends as by a fault of its own. */
  die(): void;
}

/** The process worker's supervision behind a port. */
export function processWorker(
  parts: Omit<SupervisionParts, 'post'>,
  scheduler: Scheduler,
  chance: Chance,
): SimulatedWorker {
  let isDead = false;
  const hear: ((message: FromWorker) => void)[] = [];
  const exits: ((code: number) => void)[] = [];
  const toControl = wayFor<FromWorker>(scheduler, chance, (message) => {
    for (const listener of hear) listener(message);
  });
  const answer = createSupervision({ ...parts, post: (message) => !isDead && toControl(message) });
  const toWorker = wayFor<ToWorker>(scheduler, chance, (call) => !isDead && answer(call));
  return {
    port: {
      postMessage: toWorker,
      on(event: string, listener: (value: never) => void) {
        if (event === 'message') hear.push(listener as (message: FromWorker) => void);
        if (event === 'exit') exits.push(listener as (code: number) => void);
      },
    },
    die() {
      isDead = true;
      for (const listener of exits) listener(1);
    },
  };
}

export interface SimulatedProxyWorker {
  readonly port: ProxyWorkerPort;
  readonly isAlive: boolean;
  readonly listensOn: number | null;
  die(): void;
}

/** Listens where nobody else does. */
export function proxyWorker(
  scheduler: Scheduler,
  chance: Chance,
  isTaken: (port: number) => boolean,
): SimulatedProxyWorker {
  let isAlive = true;
  let listensOn: number | null = null;
  const hear: ((message: FromProxyWorker) => void)[] = [];
  const exits: ((code: number) => void)[] = [];
  const toControl = wayFor<FromProxyWorker>(scheduler, chance, (message) => {
    for (const listener of hear) listener(message);
  });
  function end(code: number): void {
    if (!isAlive) return;
    isAlive = false;
    listensOn = null;
    for (const listener of exits) listener(code);
  }
  function listen(port: number) {
    if (isTaken(port)) return { code: 'EADDRINUSE', message: 'listen EADDRINUSE', address: '127.0.0.1' };
    listensOn = port;
    return null;
  }
  const toWorker = wayFor<ToProxyWorker>(scheduler, chance, (call) => {
    if (!isAlive) return;
    // One that hangs is ended when patience is over.
    if (call.call === 'close' && chance.happens(0.1)) return;
    toControl({ kind: 'answer', id: call.id, value: call.call === 'listen' ? listen(call.port) : null });
  });
  return {
    port: {
      postMessage: toWorker,
      on(event: string, listener: (value: never) => void) {
        if (event === 'message') hear.push(listener as (message: FromProxyWorker) => void);
        if (event === 'exit') exits.push(listener as (code: number) => void);
      },
      terminate: () =>
        new Promise((resolve) => {
          scheduler.after(chance.between(0.1, 5), () => {
            end(1);
            resolve(1);
          });
        }),
    },
    get isAlive() {
      return isAlive;
    },
    get listensOn() {
      return listensOn;
    },
    die: () => end(1),
  };
}
