/** The process worker's entry: spawns, pumps, ends. Everything that it is asked comes as a call on its port. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from './clock.ts';
import { cleanupPort, holdersOf } from './os/cleanup-port.ts';
import { startDeadman } from './os/deadman.ts';
import { localSystem } from './os/local-system.ts';
import { MARKER_NAME, markerValue } from './os/marker.ts';
import { sharingTable } from './os/shared-table.ts';
import { createPump } from './pump.ts';
import { createQuiet } from './quiet.ts';
import { createRunTree } from './run-tree.ts';
import { SharedMemory } from './shared-memory.ts';
import type { FromWorker, OutputBuffers, ProcessSpec, ToWorker, WorkerData } from './spec.ts';
import { SupervisedProcess } from './supervised-process.ts';

function main(port: NonNullable<typeof parentPort>, { segment, marker, epoch }: WorkerData): void {
  const clock = systemClock(epoch);
  const memory = SharedMemory.attach(segment);
  const system = sharingTable(localSystem(process.platform, process.pid), () => clock.micros());
  const deadman = startDeadman(marker, process.env);
  const entries = new Map<number, { entry: SupervisedProcess; output: OutputBuffers }>();
  const quiet = createQuiet();
  let lastRun = 0;
  const post = (message: FromWorker) => port.postMessage(message);

  function supervise(slot: number, spec: ProcessSpec, output: OutputBuffers): SupervisedProcess {
    const present = entries.get(slot);
    if (present?.output.stdout === output.stdout) return present.entry;
    const pump = createPump(output, clock, memory.changes, () => entry.urlPrinted(), quiet);
    const entry = new SupervisedProcess({
      cell: memory.cell(slot),
      spec,
      pump,
      clock,
      beginRun() {
        lastRun += 1;
        const run = lastRun;
        return {
          env: { [MARKER_NAME]: markerValue(marker, run) },
          tree: (pid) => createRunTree(pid, run, { system, clock, deadman, marker }),
        };
      },
      count(what) {
        if (what === 'started') memory.counters.add('totalStarted');
        if (what === 'failed') memory.counters.add('totalFailed');
        else memory.counters.add('active', what === 'started' ? 1 : -1);
      },
      publish: (run, facts) => post({ kind: 'facts', slot, run, facts }),
      wake: () => memory.changes.wake(),
      quiet,
    });
    entries.set(slot, { entry, output });
    return entry;
  }

  async function answer(call: ToWorker): Promise<unknown> {
    switch (call.call) {
      case 'start':
        return supervise(call.slot, call.spec, call.output).start();
      case 'stop':
        return (await entries.get(call.slot)?.entry.stop(call.options)) ?? { gone: true };
      case 'input':
        return (await entries.get(call.slot)?.entry.input(call.data, call.eof)) ?? null;
      case 'release':
        entries.get(call.slot)?.entry.release();
        entries.delete(call.slot);
        return null;
      case 'ping':
        return null;
      case 'holders':
        return holdersOf(system, call.port);
      case 'cleanup':
        return cleanupPort(system, call.port, call.dryRun, clock);
      case 'dismiss':
        await deadman.dismiss();
        return null;
    }
  }

  port.on('message', (call: ToWorker) => {
    answer(call).then(
      (value) => post({ kind: 'answer', id: call.id, value }),
      (error: unknown) =>
        post({
          kind: 'fault',
          id: call.id,
          message: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
    );
  });
}

if (parentPort !== null) main(parentPort, workerData);
