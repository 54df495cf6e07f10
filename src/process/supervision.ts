/** What the process worker does, apart from being one: every entry's supervision, and the answers to the control thread's calls. */
import type { Clock } from './clock.ts';
import { cleanupPort, holdersOf } from './os/cleanup-port.ts';
import type { Deadman } from './os/deadman.ts';
import { MARKER_NAME, markerValue } from './os/marker.ts';
import type { System } from './os/system.ts';
import { createPump } from './pump.ts';
import type { Quiet } from './quiet.ts';
import { createRunTree } from './run-tree.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { FromWorker, OutputBuffers, ProcessSpec, ToWorker } from './spec.ts';
import { SupervisedProcess, type SupervisorParts } from './supervised-process.ts';
import type { Stamp } from './watermark.ts';

export interface SupervisionParts {
  readonly memory: SharedMemory;
  readonly system: System;
  readonly clock: Clock;
  readonly deadman: Deadman;
  readonly quiet: Quiet;
  /** The daemon's. */
  readonly marker: string;
  readonly spawn: SupervisorParts['spawn'];
  post(message: FromWorker): void;
}

/** A function that takes each call, and posts its answer under the call's id. */
export function createSupervision(parts: SupervisionParts): (call: ToWorker) => void {
  const { memory, system, clock, deadman, quiet, marker, spawn, post } = parts;
  /** By slot, until it is released: the control thread gives a slot to nobody else before that. */
  const entries = new Map<number, SupervisedProcess>();
  let lastRun = 0;
  const stamp: Stamp = (write) => memory.watermark.stamp(clock, write);

  function supervise(slot: number, spec: ProcessSpec, output: OutputBuffers): SupervisedProcess {
    const present = entries.get(slot);
    if (present !== undefined) return present;
    const notices = { url: () => entry.urlPrinted(), maybeUrl: () => entry.lookSoon() };
    const pump = createPump(output, stamp, memory.changes, notices, quiet);
    const entry = new SupervisedProcess({
      cell: memory.cell(slot),
      spec,
      pump,
      clock,
      stamp,
      spawn,
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
    entries.set(slot, entry);
    return entry;
  }

  async function answer(call: ToWorker): Promise<unknown> {
    switch (call.call) {
      case 'start':
        return supervise(call.slot, call.spec, call.output).start();
      case 'stop':
        return (await entries.get(call.slot)?.stop(call.options)) ?? { gone: true };
      case 'input':
        return (await entries.get(call.slot)?.input(call.data, call.eof)) ?? null;
      case 'release':
        entries.get(call.slot)?.release();
        entries.delete(call.slot);
        return null;
      case 'ping':
        return null;
      case 'holders':
        return holdersOf(system, call.port);
      case 'cleanup':
        return cleanupPort(system, call.port, call.dryRun, clock);
      case 'slots': {
        const pids = new Set(system.listenersOn(call.port).map(({ pid }) => pid));
        return [...entries].filter(([, entry]) => entry.pids().some((pid) => pids.has(pid))).map(([slot]) => slot);
      }
      case 'dismiss':
        await deadman.dismiss();
        return null;
    }
  }

  return (call) => {
    answer(call).then(
      (value) => post({ kind: 'answer', id: call.id, value }),
      (error: unknown) =>
        post({
          kind: 'fault',
          id: call.id,
          message: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
    );
  };
}
