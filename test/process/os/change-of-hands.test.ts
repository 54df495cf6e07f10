/** One change of hands at each single moment between two looks: no stranger is reached, whichever it is. */
import { describe, expect, test } from 'vitest';
import { type Census, createCensus } from '../../../src/process/os/census.ts';
import { signalTree } from '../../../src/process/os/signal.ts';
import { ENTRY } from './reuse.ts';
import { OWN_PID, type Simulation, simulate } from './simulated-system.ts';

const stranger = (simulation: Simulation, pid: number, { ppid = 1, pgid = pid } = {}) =>
  simulation.spawn(pid, { ppid, pgid, ours: false });
const member = (simulation: Simulation, pid: number, { ppid = 1, pgid = pid, environment = '' } = {}) =>
  simulation.spawn(pid, { ppid, pgid, environment, ours: true });
const reapLeader = (simulation: Simulation, census: Census) => {
  simulation.end(10);
  simulation.reap(10);
  census.leaderExited();
};

interface Story {
  readonly name: string;
  /** Before the change. */
  begin(simulation: Simulation, census: Census): void;
  change(simulation: Simulation): void;
}

const STORIES: readonly Story[] = [
  {
    name: 'a member in a group of its own ends, and a stranger takes its pid',
    begin: (simulation) => member(simulation, 11, { environment: ENTRY }),
    change(simulation) {
      simulation.end(11);
      stranger(simulation, 11);
    },
  },
  {
    name: 'a member ends, and a stranger with its pid has a child',
    begin: (simulation) => member(simulation, 11, { environment: ENTRY }),
    change(simulation) {
      simulation.end(11);
      stranger(simulation, 11);
      stranger(simulation, 12, { ppid: 11 });
    },
  },
  {
    name: 'a stranger ends that had a child, and one of ours takes its pid',
    begin(simulation) {
      stranger(simulation, 11);
      stranger(simulation, 12, { ppid: 11 });
    },
    change(simulation) {
      simulation.end(11);
      member(simulation, 11, { environment: ENTRY });
    },
  },
  {
    name: 'the same, where the child has the lower pid',
    begin(simulation) {
      stranger(simulation, 12);
      stranger(simulation, 11, { ppid: 12 });
    },
    change(simulation) {
      simulation.end(12);
      member(simulation, 12, { environment: ENTRY });
    },
  },
  {
    name: 'the last of the group ends, and a stranger founds one of the same number',
    begin(simulation, census) {
      member(simulation, 11, { pgid: 10, environment: ENTRY });
      reapLeader(simulation, census);
    },
    change(simulation) {
      simulation.end(11);
      stranger(simulation, 10);
      stranger(simulation, 12, { pgid: 10 });
    },
  },
  {
    name: 'a stranger with the group number ends, and leaves its group',
    begin(simulation, census) {
      member(simulation, 11, { environment: ENTRY });
      reapLeader(simulation, census);
      stranger(simulation, 10);
    },
    change(simulation) {
      stranger(simulation, 12, { pgid: 10 });
      simulation.end(10);
    },
  },
  {
    name: 'one of ours takes the pid of a stranger in a group of the same number',
    begin(simulation, census) {
      reapLeader(simulation, census);
      stranger(simulation, 10);
      stranger(simulation, 11, { pgid: 10 });
      stranger(simulation, 12, { pgid: 10 });
    },
    change(simulation) {
      simulation.end(11);
      member(simulation, 11, { environment: ENTRY });
    },
  },
];

/** Plays with the change right before look number `at`; who was reached and should not have been, null past the last look. */
function play(story: Story, at: number): readonly number[] | null {
  const simulation = simulate();
  const leader = simulation.spawn(10, { ppid: OWN_PID, pgid: 10, environment: ENTRY, ours: true });
  const census = createCensus(simulation.system, leader, ENTRY);
  story.begin(simulation, census);
  let looks = 0;
  simulation.beforeLook = () => {
    looks += 1;
    if (looks === at) story.change(simulation);
  };
  signalTree(simulation.system, census, 'SIGTERM');
  signalTree(simulation.system, census, 'SIGTERM');
  const wrong = simulation.signalled.filter(({ process }) => !process.ours).map(({ process }) => process.pid);
  return looks < at ? null : wrong;
}

describe.each(STORIES)('$name', (story) => {
  test('at no moment is a stranger reached', () => {
    let at = 1;
    for (let wrong = play(story, at); wrong !== null; wrong = play(story, at)) {
      expect(wrong, `before look ${at}`).toEqual([]);
      at += 1;
    }
    expect(at).toBeGreaterThan(10);
  });
});
