/** No empty, foreign or reused identity can ever be signalled. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCensus } from '../../../src/process/os/census.ts';
import type { ProcessEntry } from '../../../src/process/os/identity.ts';
import {
  checkEntry,
  checkMarker,
  daemonEntry,
  findMarked,
  newMarker,
  runEntry,
} from '../../../src/process/os/marker.ts';
import { signalOne, signalTree } from '../../../src/process/os/signal.ts';
import { stopTree } from '../../../src/process/os/stop-tree.ts';
import type { System } from '../../../src/process/os/system.ts';
import { createWorld, ENTRY, MARKER, random } from './reuse.ts';
import { OWN_PID, simulate } from './simulated-system.ts';

const SIGNALS = ['SIGTERM', 'SIGKILL', 'SIGSTOP', 'SIGCONT'] as const;

/** Looks and signals at random among `reuses` pids that change hands; who was reached, and the seeds of wrong ones. */
function play(reuses: number, see?: (system: System) => System) {
  let count = 0;
  let reached = 0;
  const wrong: string[] = [];
  for (let seed = 1; count < reuses; seed++) {
    const below = random(seed);
    const world = createWorld(below, see);
    const pace = 1 + below(20);
    world.simulation.beforeLook = () => {
      if (below(pace) === 0) for (let n = below(3); n >= 0; n--) world.happen();
    };
    for (let round = 0; round < 12; round++) {
      if (below(2) === 0) signalTree(world.system, world.census, SIGNALS[below(SIGNALS.length)] ?? 'SIGTERM');
      else world.census.members();
      world.happen();
      if (below(3) === 0) world.reap();
    }
    count += world.reuses;
    reached += world.simulation.signalled.length;
    for (const { process, signal } of world.simulation.signalled)
      if (!process.ours) wrong.push(`seed ${seed}: ${signal} to ${process.pid}`);
  }
  return { reached, wrong };
}

test('100,000 pids that change hands between any two looks: no stranger is ever signalled', () => {
  const { reached, wrong } = play(100_000);
  expect(wrong).toEqual([]);
  expect(reached).toBeGreaterThan(10_000);
});

test('without start times strangers are signalled: the simulation can tell', () => {
  const timeless = (system: System): System => ({
    ...system,
    processes: () => (system.processes() ?? []).map((entry) => ({ ...entry, startTime: '5' })),
    read: (pid) => {
      const entry = system.read(pid);
      return entry && { ...entry, startTime: '5' };
    },
  });
  expect(play(5_000, timeless).wrong.length).toBeGreaterThan(0);
});

test('nor while a tree is ended', async () => {
  let reuses = 0;
  for (let seed = 1; reuses < 20_000; seed++) {
    const below = random(seed);
    const world = createWorld(below);
    world.simulation.beforeLook = () => {
      if (below(12) === 0) world.happen();
    };
    let now = 0;
    const clock = {
      micros: () => now,
      after(ms: number, run: () => void) {
        queueMicrotask(() => {
          now += ms * 1000;
          world.reap();
          run();
        });
        return { cancel: () => {} };
      },
    };
    const verdict = await stopTree(world.system, world.census, { force: below(2) === 0, graceMs: 50 }, clock);
    const wrong = world.simulation.signalled.filter(({ process }) => !process.ours);
    expect(wrong, `seed ${seed}`).toEqual([]);
    if (!verdict.gone) expect(world.census.members(), `seed ${seed}`).not.toEqual([]);
    reuses += world.reuses;
  }
});

describe('identities that stand for nobody, or for all', () => {
  test.each([0, 1, -1, -10, 1.5, Number.NaN, OWN_PID])('pid %s is not signalled', (pid) => {
    const simulation = simulate();
    simulation.spawn(10, { ppid: 1, pgid: 10, ours: false });
    expect(signalOne(simulation.system, { pid, startTime: '2' }, 'SIGKILL')).toBe(false);
    expect(simulation.signalled).toEqual([]);
  });

  test('a pid with another start time is another process', () => {
    const simulation = simulate();
    const stranger = simulation.spawn(10, { ppid: 1, pgid: 10, ours: false });
    expect(signalOne(simulation.system, { pid: 10, startTime: `${stranger.startTime}0` }, 'SIGKILL')).toBe(false);
    expect(signalOne(simulation.system, { pid: 10, startTime: '' }, 'SIGKILL')).toBe(false);
    expect(simulation.signalled).toEqual([]);
  });

  test('an unknown start time is not that of a process whose start time is unknown too', () => {
    const simulation = simulate();
    simulation.spawn(10, { ppid: 1, pgid: 10, ours: false });
    const read = (pid: number) => {
      const entry = simulation.system.read(pid);
      return entry && { ...entry, startTime: '' };
    };
    expect(signalOne({ ...simulation.system, read }, { pid: 10, startTime: '' }, 'SIGKILL')).toBe(false);
  });

  test('our own ancestors are not members, whatever they carry and whenever they began', () => {
    const simulation = simulate();
    const inWords = (entry: ProcessEntry) => ({ ...entry, startTime: `Mon_${entry.startTime}` });
    const system = {
      ...simulation.system,
      processes: () => (simulation.system.processes() ?? []).map(inWords),
      read(pid: number) {
        const entry = simulation.system.read(pid);
        return entry && inWords(entry);
      },
      environmentHolds: () => true,
    };
    const leader = inWords(simulation.spawn(10, { ppid: OWN_PID, pgid: 10, environment: ENTRY, ours: true }));
    expect(
      createCensus(system, leader, ENTRY)
        .members()
        .map(({ pid }) => pid),
    ).toEqual([10]);
  });

  test('who has the number of the group, but not of its session, is not of the group that the leader left', () => {
    const simulation = simulate();
    const leader = simulation.spawn(10, { ppid: OWN_PID, pgid: 10, environment: ENTRY, ours: true });
    const census = createCensus(simulation.system, leader, ENTRY);
    simulation.end(10);
    simulation.reap(10);
    const left = simulation.spawn(11, { ppid: 1, pgid: 10, ours: true });
    simulation.spawn(12, { ppid: 1, pgid: 10, sid: 5, ours: false });
    census.leaderExited();
    expect(census.members()).toEqual([left]);
  });

  test.each([
    ['ourselves', OWN_PID],
    ['pid 1', 1],
    ['nobody', 0],
    ['everybody', -1],
  ])('%s as a leader has no members and no group', (_, pid) => {
    const simulation = simulate();
    simulation.spawn(10, { ppid: OWN_PID, pgid: OWN_PID, environment: ENTRY, ours: false });
    const census = createCensus(simulation.system, { pid, startTime: '2' }, ENTRY);
    expect(census.members()).toEqual([]);
    expect(census.group()).toBeNull();
    signalTree(simulation.system, census, 'SIGKILL');
    expect(simulation.signalled).toEqual([]);
  });

  test('a leader of the group that we are in has no members', () => {
    const simulation = simulate();
    const shell = simulation.spawn(10, { ppid: 1, pgid: 10, ours: false });
    const system = {
      ...simulation.system,
      read: (pid: number) => {
        const entry = simulation.system.read(pid);
        return entry && pid === OWN_PID ? { ...entry, pgid: 10 } : entry;
      },
    };
    const census = createCensus(system, shell, ENTRY);
    signalTree(system, census, 'SIGKILL');
    expect(simulation.signalled).toEqual([]);
  });

  test('a stream that we hold too, as others may, tells nobody', () => {
    const simulation = simulate();
    simulation.spawn(OWN_PID, { ppid: 1, pgid: OWN_PID, streams: ['socket:[1]'], ours: false });
    const streams = ['socket:[1]', 'socket:[2]'];
    const leader = simulation.spawn(10, { ppid: OWN_PID, pgid: 10, streams, ours: true });
    simulation.spawn(11, { ppid: 1, pgid: 11, streams: ['socket:[1]'], ours: false });
    const heir = simulation.spawn(12, { ppid: 1, pgid: 12, streams: ['socket:[2]'], ours: true });
    expect(createCensus(simulation.system, leader, ENTRY).members()).toEqual([leader, heir]);
  });

  test('a leader that was gone before it could be looked at lends its pid to nobody', () => {
    const simulation = simulate();
    const census = createCensus(simulation.system, { pid: 10, startTime: '' }, ENTRY);
    simulation.spawn(10, { ppid: 1, pgid: 10, ours: false });
    const orphan = simulation.spawn(11, { ppid: 1, pgid: 12, environment: ENTRY, ours: true });
    census.leaderExited();
    signalTree(simulation.system, census, 'SIGKILL');
    expect(simulation.signalled.map(({ process }) => process)).toEqual([orphan]);
  });
});

/** Time stands still; whoever waits goes on at once. */
const standing = {
  micros: () => 0,
  after(_: number, run: () => void) {
    queueMicrotask(run);
    return { cancel: () => {} };
  },
};

test('when the system cannot say who is there, nobody is taken for gone', async () => {
  const simulation = simulate();
  const leader = simulation.spawn(10, { ppid: OWN_PID, pgid: 10, environment: ENTRY, ours: true });
  const blind = { ...simulation.system, processes: () => null };
  const census = createCensus(blind, leader, ENTRY);
  expect(await stopTree(blind, census, { force: true, graceMs: 0 }, standing)).toMatchObject({ gone: false });
});

test('a tree is not gone because one look has missed who was being forked', async () => {
  const simulation = simulate();
  const leader = simulation.spawn(10, { ppid: OWN_PID, pgid: 10, environment: ENTRY, ours: true });
  let looks = 0;
  const blinking = {
    ...simulation.system,
    processes() {
      looks += 1;
      return looks % 2 === 1 ? [] : simulation.system.processes();
    },
  };
  const census = createCensus(blinking, leader, ENTRY);
  expect(await stopTree(blinking, census, { force: true, graceMs: 0 }, standing)).toMatchObject({ gone: true });
  expect(simulation.signalled.map(({ signal }) => signal)).toContain('SIGKILL');
});

describe('marker', () => {
  const WRONG = [
    '',
    'dtm-',
    `dtm-${'a'.repeat(31)}`,
    `dtm-${'a'.repeat(33)}`,
    `dtm-${'A'.repeat(32)}`,
    `x${MARKER}`,
    `${MARKER}\n`,
    'dtm-*',
  ];
  test.each(WRONG)('%j is refused before anything is read', (marker) => {
    expect(() => checkMarker(marker)).toThrow(RangeError);
    expect(() => runEntry(marker, 1)).toThrow(RangeError);
    expect(() => daemonEntry(marker)).toThrow(RangeError);
    const unread = simulate();
    unread.beforeLook = () => {
      throw new Error('read');
    };
    for (const entry of [marker, `DEVTOOL_MCP_MARKER=${marker}`, `DEVTOOL_MCP_MARKER=${marker}.`]) {
      expect(() => checkEntry(entry)).toThrow(RangeError);
      expect(() => findMarked(unread.system, entry)).toThrow(RangeError);
      expect(() => createCensus(unread.system, { pid: 10, startTime: '1' }, entry)).toThrow(RangeError);
    }
  });

  test('run 1 is not found in run 12, nor one daemon in another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 10_000 }), (one, other) => {
        fc.pre(one !== other);
        expect(runEntry(MARKER, other).includes(runEntry(MARKER, one))).toBe(false);
      }),
    );
    expect(runEntry(newMarker(new Uint8Array(16)), 1).includes(daemonEntry(MARKER))).toBe(false);
  });

  test.each([0, -1, 1.5, Number.NaN])('run %s is none', (run) => {
    expect(() => runEntry(MARKER, run)).toThrow(RangeError);
  });

  test('a whole daemon is found by the beginning that its runs have in common', () => {
    const simulation = simulate();
    simulation.spawn(10, { ppid: 1, pgid: 10, environment: runEntry(MARKER, 3), ours: true });
    simulation.spawn(11, { ppid: 1, pgid: 11, environment: runEntry(newMarker(new Uint8Array(16)), 3), ours: false });
    expect(findMarked(simulation.system, daemonEntry(MARKER)).map(({ pid }) => pid)).toEqual([10]);
  });
});
