import { describe, expect, test } from 'vitest';
import { createLifetime, isSameProject } from '../../src/daemon/lifetime.ts';

/** Limits of 1 s; time passes when it is told to. */
function lifetime(live: string[] = [], own: Record<string, number> = {}) {
  const said: string[] = [];
  const watched = new Set<string>();
  const attended: string[] = [];
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  const inner = createLifetime({
    limits: { projectIdleMs: 1_000, idleMs: 1_000 },
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return {
        cancel: () => {
          timers = timers.filter((one) => one !== timer);
        },
      };
    },
    livePaths: () => live,
    attendedPaths: () => attended,
    idleMsOf: (path) => own[path] ?? null,
    isWatched: (path) => watched.has(path),
    onAbandoned: (path) => said.push(path),
    onIdle: () => said.push('idle'),
  });
  return {
    ...inner,
    clients: () => inner.clients,
    live,
    attended,
    watched,
    said,
    pass(ms: number) {
      for (const until = now + ms; now < until; now += 1) {
        const due = timers.filter(({ at }) => at <= now);
        timers = timers.filter(({ at }) => at > now);
        for (const { run } of due) run();
      }
    },
    get timers() {
      return timers.length;
    },
  };
}

describe('the daemon', () => {
  test('is idle without clients and live processes for as long as the limit, and not before', () => {
    const { pass, said } = lifetime();
    pass(900);
    expect(said).toEqual([]);
    pass(250);
    expect(said[0]).toBe('idle');
  });

  test('a client, or a live process, begins it anew', () => {
    const { joined, pass, said, live, clients } = lifetime();
    pass(900);
    const left = joined('/a');
    expect(clients()).toBe(1);
    pass(5_000);
    left();
    left();
    expect(clients()).toBe(0);
    live.push('/a');
    pass(900);
    live.pop();
    pass(900);
    expect(said).toEqual([]);
    pass(300);
    expect(said).toContain('idle');
  });

  test('ended, it looks no more', () => {
    const world = lifetime();
    world.end();
    expect(world.timers).toBe(0);
    world.pass(10_000);
    expect(world.said).toEqual([]);
  });
});

describe('a project’s processes', () => {
  test('go on while a client is in, below or above the project, or has named it', () => {
    for (const [cwd, used] of [
      ['/work/a', []],
      ['/work/a/src', []],
      ['/work', []],
      ['/elsewhere', ['/other', '/work/a']],
    ] as const) {
      const { joined, pass, said } = lifetime(['/work/a']);
      joined(cwd, new Set(used));
      pass(5_000);
      expect(said).toEqual([]);
    }
  });

  test('a directory that is named later counts from then on', () => {
    const { joined, pass, said } = lifetime(['/work/a']);
    const used = new Set<string>();
    joined('/elsewhere', used);
    pass(800);
    used.add('/work/a');
    pass(5_000);
    expect(said).toEqual([]);
  });

  test('are abandoned a limit after the last one has left; those of others are not', () => {
    const { joined, pass, said } = lifetime(['/work/a', '/work/b']);
    const leave = [joined('/work/a'), joined('/work/a')];
    joined('/work/b');
    pass(3_000);
    leave[0]?.();
    pass(3_000);
    expect(said).toEqual([]);
    leave[1]?.();
    pass(900);
    expect(said).toEqual([]);
    pass(250);
    expect(new Set(said)).toEqual(new Set(['/work/a']));
  });

  test('somebody who comes back in time keeps them', () => {
    const { joined, pass, said } = lifetime(['/work/a']);
    for (let round = 0; round < 5; round++) {
      const leave = joined('/work/a');
      pass(200);
      leave();
      pass(800);
    }
    expect(said).toEqual([]);
  });
});

test.each([
  ['/a', '/a', true],
  ['/a/b', '/a', true],
  ['/a', '/a/b', true],
  ['/', '/a', true],
  ['/ab', '/a', false],
  ['/a', '/ab', false],
  ['/a/b', '/a/c', false],
])('a client in %s attends %s: %s', (cwd, path, expected) => {
  expect(isSameProject(cwd, path)).toBe(expected);
});

test('a page that a person has open attends its project', () => {
  const { pass, said, watched } = lifetime(['/p']);
  watched.add('/p');
  pass(5_000);
  expect(said).toEqual([]);
  watched.clear();
  pass(2_000);
  expect(said).toContain('/p');
});

test('a project has its own limit', () => {
  const { pass, said } = lifetime(['/short', '/long'], { '/short': 200, '/long': 5_000 });
  pass(400);
  expect(new Set(said)).toEqual(new Set(['/short']));
  pass(2_000);
  expect(said).not.toContain('/long');
});

test('a limit shorter than all that the daemon knew of counts from the leaving of the last one', () => {
  const { joined, live, pass, said } = lifetime([], { '/short': 20 });
  const leave = joined('/short');
  pass(10);
  live.push('/short');
  leave();
  pass(60);
  expect(said).toContain('/short');
});

test('what is only attended is told when it is abandoned, and keeps no daemon alive', () => {
  const { attended, joined, pass, said } = lifetime();
  attended.push('/p');
  const leave = joined('/p');
  pass(3_000);
  expect(said).toEqual([]);
  leave();
  pass(1_500);
  expect(said).toContain('/p');
  expect(said).toContain('idle');
});
