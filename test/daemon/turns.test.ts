import { expect, test } from 'vitest';
import { createTurns, type Place } from '../../src/daemon/turns.ts';

/** Turns of an event loop by hand, on a clock by hand. */
function loop() {
  let time = 0;
  let active = 0;
  const due: (() => void)[] = [];
  const timers = new Map<() => void, number>();
  const order: string[] = [];
  const turns = createTurns({
    now: () => time,
    active: () => active,
    soon: (run) => due.push(run),
    after(ms, run) {
      timers.set(run, time + ms);
      return { cancel: () => timers.delete(run) };
    },
  });
  const pass = (ms: number) => {
    time += ms;
    for (const [run, at] of [...timers]) if (at <= time && timers.delete(run)) run();
  };
  return {
    order,
    place: () => turns.place(),
    pass,
    work(ms: number) {
      active += ms;
      pass(ms);
    },
    async ask(place: Place, name: string, waiting: number): Promise<void> {
      await place.next(waiting);
      order.push(name);
    },
    /** One turn of the loop. */
    async turn() {
      due.shift()?.();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

test('of those that have sent much one line in a turn', async () => {
  const { ask, place, turn, order } = loop();
  void ask(place(), 'one', 10_000);
  void ask(place(), 'two', 10_000);
  expect(order).toEqual([]);
  await turn();
  expect(order).toEqual(['one']);
  await turn();
  expect(order).toEqual(['one', 'two']);
  await turn();
  expect(order).toEqual(['one', 'two']);
});

test('those that have sent little go on together, sixteen in a turn', async () => {
  const { ask, place, turn, order } = loop();
  void ask(place(), 'flood', 65_536);
  for (let n = 0; n < 20; n++) void ask(place(), 'asks', 200);
  await turn();
  expect(order).toEqual(Array(16).fill('asks'));
  await turn();
  expect(order.slice(16)).toEqual(['asks', 'asks', 'asks', 'asks', 'flood']);
});

test('many that ask now and then cannot keep who has sent much from its turn', async () => {
  const { ask, place, turn, order } = loop();
  void ask(place(), 'much', 65_536);
  for (let n = 0; n < 10; n++) {
    void ask(place(), 'asks', 200);
    await turn();
  }
  expect(order).toContain('much');
});

/** Lines of a crowd in three seconds, each of a millisecond of work; `meanwhile` is called at each millisecond. */
async function crowd(
  { ask, place, turn, order, pass, work }: ReturnType<typeof loop>,
  meanwhile: (ms: number) => void,
) {
  const goOn = async () => {
    const own = place();
    for (;;) await ask(own, 'crowd', 65_536);
  };
  for (let n = 0; n < 100; n++) void goOn();
  for (let ms = 0; ms < 3_000; ms++) {
    meanwhile(ms);
    const before = order.length;
    await turn();
    if (order.slice(before).includes('crowd')) work(1);
    else pass(1);
  }
  return order.filter((name) => name === 'crowd').length;
}

test('a crowd leaves the loop nine tenths of its time while somebody asks now and then, who waits for none of it', async () => {
  const own = loop();
  const asks = own.place();
  const lines = await crowd(own, (ms) => ms % 1_000 === 0 && void own.ask(asks, 'asks', 200));
  expect(lines).toBeGreaterThan(270);
  expect(lines).toBeLessThan(330);
  void own.ask(asks, 'asks', 200);
  await own.turn();
  expect(own.order.at(-1)).toBe('asks');
});

test('a crowd that nobody else waits beside has all of the time', async () => {
  expect(await crowd(loop(), () => {})).toBe(3_000);
});

test('a crowd that the machine leaves no time goes on all the same', async () => {
  const { ask, place, turn, order, work } = loop();
  void ask(place(), 'asks', 200);
  for (let n = 0; n < 100; n++) void ask(place(), 'crowd', 65_536);
  for (let ms = 0; ms < 1_000; ms++) {
    await turn();
    work(1);
  }
  expect(order.length).toBeGreaterThan(45);
});

test('a few that send much are no crowd: nothing rests while one of them asks', async () => {
  const { ask, place, turn, order, work } = loop();
  const goOn = async () => {
    const own = place();
    for (;;) await ask(own, 'busy', 65_536);
  };
  for (let n = 0; n < 8; n++) void goOn();
  for (let n = 0; n < 500; n++) {
    await turn();
    work(1);
  }
  expect(order.length).toBe(500);
});

test('who has a line of few bytes goes before those that have sent thousands, also when these came first', async () => {
  const { ask, place, turn, order } = loop();
  for (let n = 0; n < 500; n++) void ask(place(), 'flood', 65_536);
  void ask(place(), 'asks', 200);
  await turn();
  expect(order).toEqual(['asks']);
  await turn();
  expect(order).toEqual(['asks', 'flood']);
});

test('of those that go on and on each gets its share, whatever the length of its lines', async () => {
  const { ask, place, turn, order } = loop();
  const goOn = async (name: string, waiting: number) => {
    const own = place();
    for (;;) await ask(own, name, waiting);
  };
  void goOn('short', 100);
  void goOn('long', 60_000);
  void goOn('middle', 5_000);
  for (let n = 0; n < 1_000; n++) await turn();
  const count = (name: string) => order.filter((one) => one === name).length;
  expect(count('short')).toBeLessThan(500);
  expect(count('long')).toBeGreaterThan(200);
  expect(count('middle')).toBeGreaterThan(200);
});

test('what was sent long ago counts no more', async () => {
  const { ask, place, turn, order, pass } = loop();
  const [early, late] = [place(), place()];
  for (let n = 0; n < 20; n++) {
    void ask(early, 'early', 1_000);
    await turn();
  }
  void ask(late, 'late', 2_000);
  void ask(early, 'early', 1_000);
  await turn();
  expect(order.at(-1)).toBe('late');
  await turn();
  pass(60_000);
  void ask(late, 'late', 2_000);
  void ask(early, 'early', 1_000);
  await turn();
  expect(order.at(-1)).toBe('early');
});

test('who leaves is let go at once, and takes nobody a turn', async () => {
  const { ask, place, turn, order } = loop();
  const gone = place();
  void ask(place(), 'first', 100);
  void ask(gone, 'gone', 50);
  void ask(place(), 'last', 200);
  gone.leave();
  await Promise.resolve();
  await Promise.resolve();
  expect(order).toEqual(['gone']);
  await turn();
  await turn();
  expect(order).toEqual(['gone', 'first', 'last']);
});
