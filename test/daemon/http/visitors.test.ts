import { expect, test } from 'vitest';
import { createVisitors } from '../../../src/daemon/http/visitors.ts';

function stand() {
  const timers = new Set<() => void>();
  let here = 0;
  const lifetime = {
    joined(cwd: string | null) {
      expect(cwd).toBeNull();
      here += 1;
      return () => {
        here -= 1;
      };
    },
    clients: 0,
    end: () => {},
  };
  const visitors = createVisitors(lifetime, (_, run) => {
    timers.add(run);
    return { cancel: () => timers.delete(run) };
  });
  return {
    visitors,
    pass: () => {
      for (const run of [...timers]) {
        timers.delete(run);
        run();
      }
    },
    get here() {
      return here;
    },
  };
}

test('however many come, they are one, who stays a while and then leaves what it worked on', () => {
  const world = stand();
  const [first, second] = [world.visitors.came(), world.visitors.came()];
  world.visitors.used.add('/project');
  expect(world.here).toBe(1);
  first();
  world.pass();
  expect(world.here).toBe(1);
  second();
  expect(world.here).toBe(1);
  world.pass();
  expect(world.here).toBe(0);
  expect(world.visitors.used.size).toBe(0);
});

test('one who comes back in time has never left', () => {
  const world = stand();
  world.visitors.came()();
  world.visitors.used.add('/project');
  const again = world.visitors.came();
  world.pass();
  expect(world.here).toBe(1);
  expect([...world.visitors.used]).toEqual(['/project']);
  again();
  world.pass();
  expect(world.here).toBe(0);
});
