/** A command that says whether a process is ready: an entry of its own for as long as it lasts, since the process worker alone spawns. */
import type { Condition } from './condition.ts';
import { isLive } from './machine.ts';
import type { ManagedProcess, ProcessRequest } from './managed-process.ts';
import type { StopOptions } from './spec.ts';
import type { Waited, WaitOptions } from './wait.ts';

/** The part of the manager that it needs. */
export interface ProbeRunner {
  run(request: ProcessRequest): Promise<{ readonly process: ManagedProcess }>;
  wait(process: ManagedProcess, condition: Condition, options: WaitOptions): Promise<Waited>;
  stop(process: ManagedProcess, options: Pick<StopOptions, 'force' | 'graceMs'>): Promise<void>;
  remove(process: ManagedProcess): Promise<void>;
}

const SUFFIX = '#ready';
const LONGEST_ID = 64;
const WITHIN_MS = 5_000;

/** Whether `line` ends with 0, in the directory and environment of `managed`. Never rejects: what fails now may succeed later. */
export async function probeSucceeds(
  runner: ProbeRunner,
  managed: ManagedProcess,
  line: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const { process } = await runner.run(probeOf(managed.request, line));
    try {
      await runner.wait(process, { kind: 'exit' }, { timeoutMs: WITHIN_MS, signal, progress: null, after: null });
      const { state, exitCode } = process.snapshot();
      return state === 'stopped' && exitCode === 0;
    } finally {
      if (isLive(process.state())) await runner.stop(process, { force: true, graceMs: 0 });
      await runner.remove(process);
    }
  } catch {
    return false;
  }
}

const probeOf = (request: ProcessRequest, line: string): ProcessRequest => ({
  ...request,
  id: `${request.id.slice(0, LONGEST_ID - SUFFIX.length)}${SUFFIX}`,
  readiness: null,
  spec: {
    ...request.spec,
    display: line,
    command: line,
    args: [],
    shell: true,
    timeoutMs: null,
    restart: 'never',
    tty: false,
  },
});
