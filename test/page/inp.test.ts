/** Interaction to Next Paint against what web-vitals would say. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countInteractions, type InteractionEvent } from '../../src/page/inp.ts';

const event = (
  interactionId: number,
  duration: number,
  name = 'click',
  startTime = interactionId,
): InteractionEvent => ({
  interactionId,
  duration,
  name,
  startTime,
});
const opened = (count: number | null = null) => countInteractions(() => count);

describe('which interaction is the page’s', () => {
  test('none, then the longest', () => {
    const interactions = opened(3);
    expect(interactions.worst()).toBeNull();
    for (const [id, duration] of [
      [7, 48],
      [14, 320],
      [21, 104],
    ] as const)
      interactions.take(event(id, duration), `#e${id}`);
    expect(interactions.worst()).toMatchObject({ id: 14, latency: 320, element: '#e14' });
  });

  test.each([
    [49, 1000],
    [50, 990],
    [99, 990],
    [100, 980],
    [499, 910],
    [500, 910],
    [100_000, 910],
  ])('of %i the one of %i ms: one is left out for each fifty, at most nine', (count, expected) => {
    const interactions = opened(count);
    for (let i = 0; i < 30; i++) interactions.take(event(7 * (i + 1), 1000 - 10 * i), null);
    expect(interactions.worst()?.latency).toBe(expected);
  });

  test('a browser that does not count them: their ids tell how many there were', () => {
    const interactions = opened();
    interactions.take(event(7, 500), 'a');
    interactions.take(event(7 * 50, 400), 'b');
    expect(interactions.worst()?.latency).toBe(400);
  });

  test('events without an interaction do not count', () => {
    const interactions = opened(1);
    expect(interactions.take({ ...event(0, 900), name: 'mouseover' }, 'a')).toBeNull();
    expect(interactions.worst()).toBeNull();
  });
});

describe('events of one interaction', () => {
  test('count once, with the longest of them, and with the element of whichever has one', () => {
    const interactions = opened(200);
    interactions.take(event(7, 64, 'pointerdown', 10), null);
    interactions.take(event(7, 264, 'pointerup', 90), null);
    interactions.take(event(7, 240, 'click', 91), '#buy');
    interactions.take(event(14, 40), '#other');
    expect(interactions.take(event(7, 16, 'mouseup', 92), '#parent')).toMatchObject({ id: 7 });
    expect(interactions.worst()).toMatchObject({ id: 14 });
    expect(interactions.take(event(7, 8), null)).toEqual({
      id: 7,
      latency: 264,
      name: 'click',
      at: 90,
      element: '#buy',
      isTold: false,
    });
  });

  test('one that grows overtakes the others', () => {
    const interactions = opened(2);
    interactions.take(event(7, 100), 'a');
    interactions.take(event(14, 200), 'b');
    interactions.take(event(7, 300), 'c');
    expect(interactions.worst()).toMatchObject({ id: 7, latency: 300, element: 'c' });
  });
});

test('as the definition says it, whatever comes in whatever order', () => {
  const events = fc.array(
    fc.record({ id: fc.integer({ min: 0, max: 40 }), duration: fc.integer({ min: 1, max: 60 }) }),
  );
  fc.assert(
    fc.property(events, fc.integer({ min: 0, max: 600 }), (all, count) => {
      const interactions = opened(count);
      const latencies = new Map<number, number>();
      for (const { id, duration } of all) {
        interactions.take(event(7 * id, duration * 8), null);
        if (id > 0) latencies.set(id, Math.max(latencies.get(id) ?? 0, duration * 8));
      }
      const sorted = [...latencies.values()].sort((a, b) => b - a).slice(0, 10);
      const expected = sorted[Math.min(sorted.length - 1, Math.floor(count / 50))] ?? null;
      expect(interactions.worst()?.latency ?? null).toBe(expected);
    }),
  );
});
