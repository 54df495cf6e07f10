/** A world in which pids change hands between any two looks, for the tests that no stranger is ever signalled. */
import { createCensus } from '../../../src/process/os/census.ts';
import { newMarker, runEntry } from '../../../src/process/os/marker.ts';
import type { System } from '../../../src/process/os/system.ts';
import { OWN_PID, type Simulated, type Simulation, simulate } from './simulated-system.ts';

export const MARKER = newMarker(new Uint8Array(16).fill(7));
export const ENTRY = runEntry(MARKER, 1);
const STREAM = 'socket:[77]';
/** Few, so that each is reused again and again. */
const PIDS = [10, 11, 12, 13, 14, 15, 16];
const LEADER = 10;

/** A seeded generator (mulberry32): a failing seed repeats. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One run among strangers. `see` stands between the code under test and the simulated system. */
export function createWorld(below: (n: number) => number, see: (system: System) => System = (system) => system) {
  const simulation = simulate();
  const system = see(simulation.system);
  const leader = simulation.spawn(LEADER, {
    ppid: OWN_PID,
    pgid: LEADER,
    environment: ENTRY,
    streams: [STREAM],
    ours: true,
  });
  const world = {
    simulation,
    system,
    census: createCensus(system, system.read(LEADER) ?? leader, ENTRY),
    reuses: 0,
    /** Somebody ends, somebody forks, or a stranger takes a pid. */
    happen(): void {
      const others = simulation.present().filter(({ pid, state }) => pid > OWN_PID && state !== 'Z');
      const some = below(2) === 0 ? others.filter(({ ours }) => ours) : others;
      const somebody = some[below(Math.max(1, some.length))];
      const pid = freePid(simulation, below);
      const choice = below(6);
      if (choice < 2) {
        if (somebody !== undefined) simulation.end(somebody.pid);
      } else if (pid === undefined) return;
      else if (choice < 4) {
        if (somebody !== undefined) fork(simulation, somebody, pid, below);
      } else {
        intrude(simulation, pid, below);
        world.reuses += 1;
      }
    },
    /** As libuv does it: who has ended is reaped and its exit told at once. */
    reap(): void {
      for (const { pid, state, ours } of simulation.present()) {
        if (state !== 'Z') continue;
        simulation.reap(pid);
        const { beforeLook } = simulation;
        simulation.beforeLook = () => {};
        if (ours) world.census.leaderExited();
        simulation.beforeLook = beforeLook;
      }
    },
  };
  return world;
}

/** As the kernel does it: no pid for a newcomer that is in use, or that a group or session is called by. */
function freePid(simulation: Simulation, below: (n: number) => number): number | undefined {
  const taken = new Set(simulation.present().flatMap(({ pid, pgid, sid }) => [pid, pgid, sid]));
  const free = PIDS.filter((pid) => !taken.has(pid));
  return free[below(Math.max(1, free.length))];
}

function intrude(simulation: Simulation, pid: number, below: (n: number) => number): void {
  simulation.spawn(pid, {
    ppid: below(3) === 0 ? OWN_PID : 1,
    pgid: pid,
    environment: `${runEntry(MARKER, 12)}OTHER=1\0`,
    streams: ['socket:[78]'],
    ours: false,
  });
}

/** A child in its parent's group, in one of its own, or in a session of its own; some with nothing that tells of the run. */
function fork(simulation: Simulation, parent: Simulated, pid: number, below: (n: number) => number): void {
  const group = below(3);
  const bare = below(2) === 0;
  simulation.spawn(pid, {
    ppid: parent.pid,
    pgid: group === 0 ? parent.pgid : pid,
    sid: group === 2 ? pid : parent.sid,
    environment: bare ? '' : parent.environment,
    streams: below(2) === 0 ? [] : parent.streams,
    ours: parent.ours,
  });
}
