import { expect, test } from 'vitest';
import { createTurns, type Place } from '../../src/daemon/turns.ts';

/** Turns of an event loop by hand, on a clock by hand. */
function loop() {
  let time = 0;
  const due: (() => void)[] = [];
  const order: string[] = [];
  const turns = createTurns(
    () => time,
    (run) => due.push(run),
  );
  return {
    order,
    place: () => turns.place(),
    pass(ms: number) {
      time += ms;
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

test('one line in a turn', async () => {
  const { ask, place, turn, order } = loop();
  void ask(place(), 'one', 100);
  void ask(place(), 'two', 100);
  expect(order).toEqual([]);
  await turn();
  expect(order).toEqual(['one']);
  await turn();
  expect(order).toEqual(['one', 'two']);
  await turn();
  expect(order).toEqual(['one', 'two']);
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
