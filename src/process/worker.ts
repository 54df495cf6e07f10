/** The process worker's entry: spawns, pumps, ends. Everything that it is asked comes as a call on its port. */
import { parentPort, workerData } from 'node:worker_threads';
import { spawnChild } from './child.ts';
import { systemClock } from './clock.ts';
import { startDeadman } from './os/deadman.ts';
import { localSystem } from './os/local-system.ts';
import { sharingTable } from './os/shared-table.ts';
import { spawnPtyChild } from './pty-child.ts';
import { createQuiet } from './quiet.ts';
import { SharedMemory } from './shared-memory.ts';
import type { WorkerData } from './spec.ts';
import { createSupervision } from './supervision.ts';

function main(port: NonNullable<typeof parentPort>, { segment, marker, epoch }: WorkerData): void {
  const clock = systemClock(epoch);
  port.on(
    'message',
    createSupervision({
      memory: SharedMemory.attach(segment),
      system: sharingTable(localSystem(process.platform, process.pid), () => clock.micros()),
      clock,
      deadman: startDeadman(marker, process.env),
      quiet: createQuiet(),
      marker,
      spawn: (spec, env, events) => (spec.tty ? spawnPtyChild : spawnChild)(spec, env, events),
      post: (message) => port.postMessage(message),
    }),
  );
}

if (parentPort !== null) main(parentPort, workerData);
