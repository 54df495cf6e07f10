/** Programs of a simulated machine: how long each lives, what it prints, whom it leaves behind and how it takes a signal. */
import { constants } from 'node:os';
import type { Child, ChildEvents } from '../../src/process/child.ts';
import { MARKER_NAME } from '../../src/process/os/marker.ts';
import type { System } from '../../src/process/os/system.ts';
import type { ProcessSpec, SpawnError } from '../../src/process/spec.ts';
import { OWN_PID, type Simulated, type Simulation } from '../process/os/simulated-system.ts';
import type { Chance } from './chance.ts';
import type { Scheduler } from './scheduler.ts';

/** Pids are given out in turn, as a kernel does, and come again soon. */
const FIRST_PID = 10;
const LAST_PID = 140;

interface Program {
  readonly simulated: Simulated;
  readonly takesTerm: 'ends' | 'ignores' | 'forks';
  /** Of a leader. */
  readonly run: Run | null;
  /** Of its leader's group still. */
  readonly isInGroup: boolean;
}

interface Run {
  readonly key: string;
  readonly stream: string;
  readonly events: ChildEvents;
  open: boolean;
}

export interface Machine {
  readonly system: System;
  spawn(spec: ProcessSpec, env: Record<string, string>, events: ChildEvents): Promise<Child | SpawnError>;
  /** Alive, and of the run under test. */
  ours(): readonly Simulated[];
  /** Commands of the leaders that are alive. */
  leaders(): readonly string[];
  /** A stranger comes or goes. */
  stir(): void;
  /** Who was signalled and is not ours. */
  readonly wronged: readonly Simulated[];
  /** Nothing ends by itself, refuses a signal or fails to start from here on. */
  calm(): void;
  /** The power of a dead-man's switch: everybody of ours ends at once. */
  endAll(): void;
}

export function createMachine(
  simulation: Simulation,
  scheduler: Scheduler,
  chance: Chance,
  say: (line: string) => void,
): Machine {
  const programs = new Map<Simulated['startTime'], Program>();
  let next = FIRST_PID;
  let signalsSeen = 0;
  let isCalm = false;
  let isOver = false;
  let streams = 0;
  const at = (low: number, high: number, run: () => void) => scheduler.after(chance.between(low, high), run);
  const isAlive = ({ pid, startTime }: Simulated) =>
    simulation.present().some((seen) => seen.pid === pid && seen.startTime === startTime && seen.state !== 'Z');

  /** Not one by which a group or session is called that has members. */
  function freePid(): number {
    for (;;) {
      next = next >= LAST_PID ? FIRST_PID : next + 1;
      const pid = next;
      if (!simulation.present().some((seen) => seen.pid === pid || seen.pgid === pid || seen.sid === pid)) return pid;
    }
  }

  function begin(run: Run, environment: string): Simulated {
    const pid = freePid();
    const leader = { ppid: OWN_PID, pgid: pid, sid: pid, environment, streams: [run.stream], ours: true };
    const simulated = simulation.spawn(pid, leader);
    programs.set(simulated.startTime, { simulated, takesTerm: manners(), run, isInGroup: true });
    say(`${pid} is ${run.key}`);
    return simulated;
  }

  const manners = (): Program['takesTerm'] =>
    isCalm ? 'ends' : chance.pick(['ends', 'ends', 'ends', 'ignores', 'forks']);

  /** A child of `parent`: in its group or in one of its own, with or without its streams and environment, or handed to init. */
  function fork(parent: Simulated): void {
    if (isOver || !isAlive(parent)) return;
    const pid = freePid();
    const moves = chance.happens(0.4) && parent.environment.length + parent.streams.length > 0;
    const isInGroup = !moves && programs.get(parent.startTime)?.isInGroup === true;
    // Who has left the run's group and its parent is found by its environment or a stream: one of both it keeps.
    const isBare = isInGroup && chance.happens(0.2);
    const isMarked = chance.happens(0.7);
    const streams = isBare || (isMarked && parent.environment !== '') ? [] : parent.streams;
    const environment = isBare || (!isMarked && streams.length > 0) ? '' : parent.environment;
    const group = moves ? { pgid: pid, sid: pid } : { pgid: parent.pgid, sid: parent.sid };
    const ppid = chance.happens(0.3) ? 1 : parent.pid;
    const child = simulation.spawn(pid, { ...group, ppid, environment, streams, ours: true });
    say(`${parent.pid} forks ${pid}: ${JSON.stringify(child)}`);
    programs.set(child.startTime, { simulated: child, takesTerm: manners(), run: null, isInGroup });
    if (chance.happens(0.6)) at(5, 4_000, () => end(child, 0, null));
  }

  function end(simulated: Simulated, code: number | null, signal: number | null): void {
    if (!isAlive(simulated)) return;
    simulation.end(simulated.pid);
    say(`${simulated.pid} ends`);
    ended(simulated, code, signal);
  }

  /** It holds its pid until it is reaped, which may be late. */
  function ended(simulated: Simulated, code: number | null, signal: number | null): void {
    const run = programs.get(simulated.startTime)?.run ?? null;
    if (run !== null)
      at(0.05, !isCalm && chance.happens(0.1) ? 800 : 5, () => {
        simulation.reap(simulated.pid);
        say(`${simulated.pid} is reaped`);
        run.events.exited(code, signal);
      });
    at(0.05, 3, drain);
  }

  /** Pipes whose last holder has gone. */
  function drain(): void {
    const held = new Set(simulation.present().flatMap((seen) => seen.streams));
    for (const { run } of programs.values()) {
      if (run === null || !run.open || held.has(run.stream)) continue;
      run.open = false;
      run.events.drained();
    }
  }

  function life(simulated: Simulated, run: Run): void {
    const print = (text: string) => isAlive(simulated) && run.open && run.events.output('stdout', Buffer.from(text));
    const lines = chance.below(4);
    for (let n = 0; n < lines; n++) at(1, 1_500, () => print(`line ${n} of ${run.key}\n`));
    if (chance.happens(0.4)) at(10, 900, () => print('  Local: http://localhost:3000/\n'));
    for (let n = chance.below(3); n > 0; n--) at(1, 1_000, () => fork(simulated));
    if (chance.happens(0.6)) {
      const [code, signal] = chance.happens(0.8) ? [chance.below(3), null] : [null, constants.signals.SIGSEGV];
      at(1, chance.pick([20, 1_500, 15_000]), () => end(simulated, code, signal));
    }
  }

  /** What those who were reached make of it. */
  function takeSignals(): void {
    for (; signalsSeen < simulation.signalled.length; signalsSeen++) {
      const { process, signal } = simulation.signalled[signalsSeen] ?? {};
      if (process === undefined || !process.ours) continue;
      say(`${signal} to ${process.pid}`);
      const program = programs.get(process.startTime);
      if (signal === 'SIGKILL') ended(process, null, constants.signals.SIGKILL);
      if (signal !== 'SIGTERM' || program === undefined || program.takesTerm === 'ignores') continue;
      if (program.takesTerm === 'forks') fork(process);
      if (chance.happens(0.5)) at(0.1, 300, () => end(process, null, constants.signals.SIGTERM));
      else at(0.1, 300, () => end(process, 0, null));
    }
  }

  return {
    system: {
      ...simulation.system,
      kill(pid, signal) {
        const done = simulation.system.kill(pid, signal);
        takeSignals();
        return done;
      },
      listeningPorts: (pids) => (pids.some((pid) => pid % 3 === 0) ? [3_000] : []),
    },
    spawn(spec, env, events) {
      if (isOver) return new Promise(() => {});
      if (!isCalm && chance.happens(0.05)) {
        const refused = { code: 'EAGAIN', message: 'spawn EAGAIN' };
        return new Promise((resolve) => at(0.1, 5, () => resolve(refused)));
      }
      streams += 1;
      const run: Run = { key: spec.display, stream: `socket:[${streams}]`, events, open: true };
      const simulated = begin(run, `${MARKER_NAME}=${env[MARKER_NAME]}\0`);
      const child: Child = {
        pid: simulated.pid,
        write: async () => (run.open ? null : 'its standard input is closed'),
        closePipes() {
          at(0, 1, () => {
            if (!run.open) return;
            run.open = false;
            events.drained();
          });
        },
      };
      return new Promise((resolve) =>
        scheduler.after(0.05, () => {
          resolve(child);
          scheduler.after(0.05, () => life(simulated, run));
        }),
      );
    },
    ours: () => simulation.present().filter((seen) => seen.ours && seen.state !== 'Z'),
    leaders() {
      const found = simulation.present().filter((seen) => seen.state !== 'Z');
      return found.flatMap(({ startTime }) => programs.get(startTime)?.run?.key ?? []);
    },
    stir() {
      const strangers = simulation.present().filter((seen) => !seen.ours && seen.pid > OWN_PID);
      const [gone] = strangers;
      if (gone !== undefined && chance.happens(0.5)) simulation.end(gone.pid);
      else if (strangers.length < 20) {
        const pid = freePid();
        simulation.spawn(pid, { ppid: 1, pgid: pid, ours: false });
      }
    },
    get wronged() {
      return simulation.signalled.filter(({ process }) => !process.ours).map(({ process }) => process);
    },
    calm() {
      isCalm = true;
    },
    endAll() {
      isOver = true;
      for (const seen of simulation.present()) if (seen.ours) end(seen, null, constants.signals.SIGKILL);
    },
  };
}
