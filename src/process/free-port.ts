/** Frees a port: what we supervise is stopped as by `stop`, others are ended; what other projects have running only when asked. */
import { Fault } from '../text/fault.ts';
import { isLive } from './machine.ts';
import type { ManagedProcess } from './managed-process.ts';
import type { PortHolder, StopOptions, WorkerAnswers } from './spec.ts';

export interface FreePortRequest {
  readonly port: number;
  readonly dryRun: boolean;
  /** The project that asks. */
  readonly path: string;
  /** Other projects' processes too. */
  readonly foreign: boolean;
}

export interface FreePortParts {
  /** Processes of ours to whose trees those belong who listen there. */
  supervised(port: number): Promise<readonly ManagedProcess[]>;
  stop(process: ManagedProcess, options: Pick<StopOptions, 'force' | 'graceMs'>): Promise<void>;
  cleanup(port: number, dryRun: boolean): Promise<WorkerAnswers['cleanup']>;
}

const GRACE_MS = 3_000;

export async function freePort(request: FreePortRequest, parts: FreePortParts): Promise<WorkerAnswers['cleanup']> {
  const { port, dryRun, path, foreign } = request;
  const ours = await parts.supervised(port);
  const others = ours.filter((process) => !isInside(process.path, path) && !isInside(path, process.path));
  if (others.length > 0 && !foreign) throw othersRun(port, others);
  const stopped: PortHolder[] = [];
  for (const process of dryRun ? [] : ours) {
    const { pid } = process.snapshot();
    if (isLive(process.state())) await parts.stop(process, { force: false, graceMs: GRACE_MS });
    stopped.push({ pid: pid ?? 0, command: process.request.spec.display });
  }
  const rest = await parts.cleanup(port, dryRun);
  if (stopped.length === 0) return rest;
  const names = ours.map(({ id }) => id).join(', ');
  const more = rest.killed.length === 0 && rest.left.length === 0 ? `port ${port} is free` : rest.message;
  return { ...rest, killed: [...stopped, ...rest.killed], message: `${more}: stopped ${names}` };
}

const isInside = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);

function othersRun(port: number, others: readonly ManagedProcess[]): Fault {
  const list = others.map(({ id, path, request }) => ({ process_id: id, path, owner: request.owner }));
  const said = list.map(({ process_id, path }) => `process_id=${process_id} of ${path}`).join(', ');
  const hint = 'Choose another port; or, if it is to end, give force: true, or proc stop with that path.';
  return new Fault('permission_denied', `port=${port} is listened on by another project: ${said}`, hint, {
    port,
    processes: list,
  });
}
