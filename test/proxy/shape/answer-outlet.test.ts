import { expect, test } from 'vitest';
import { AnswerOutlet } from '../../../src/proxy/shape/answer-outlet.ts';
import type { Plan } from '../../../src/proxy/shape/plan.ts';
import { CUT, type Loss } from '../../../src/proxy/upstream.ts';
import { handClock } from './hand-clock.ts';

/** What has been given so far, and how it ended. */
function outletWith(plan: Pick<Plan, 'pace' | 'lateEndMs'>) {
  const clock = handClock();
  const seen: { text: string; drained: number; end: Loss | null | undefined } = {
    text: '',
    drained: 0,
    end: undefined,
  };
  const outlet = new AnswerOutlet(plan, clock, {
    give: (bytes) => {
      seen.text += bytes.toString('latin1');
    },
    drained: () => {
      seen.drained += 1;
    },
    finished: (loss) => {
      seen.end = loss;
    },
  });
  const send = (text: string, isBody = true) => outlet.send(Buffer.from(text), isBody);
  return { clock, outlet, send, seen };
}

const PACE = { bytesPerMs: 1, chunk: 10 };

test('without pace all goes on at once, and ends', () => {
  const { outlet, send, seen } = outletWith({ pace: null, lateEndMs: 0 });
  send('head;', false);
  send('body');
  outlet.finish(null);
  send('more');
  expect(seen).toEqual({ text: 'head;body', drained: 0, end: null });
});

test('the last byte comes late, wherever the bytes were cut, and at once when its rule goes', () => {
  const { clock, outlet, send, seen } = outletWith({ pace: null, lateEndMs: 50 });
  for (const piece of ['a', 'bc', 'd']) send(piece);
  outlet.finish(null);
  clock.move(49);
  expect(seen).toMatchObject({ text: 'abc', end: undefined });
  clock.move(1);
  expect(seen).toMatchObject({ text: 'abcd', end: null });

  const hurried = outletWith({ pace: null, lateEndMs: 50 });
  hurried.send('ab');
  hurried.outlet.hurry();
  expect(hurried.seen.text).toBe('a');
  hurried.outlet.finish(null);
  hurried.outlet.hurry();
  expect(hurried.seen).toMatchObject({ text: 'ab', end: null });
  expect(hurried.clock.pending()).toBe(0);
});

test('a last byte that is late does not overtake what still waits for its pace', () => {
  const { clock, outlet, send, seen } = outletWith({ pace: PACE, lateEndMs: 5 });
  send(`${'.'.repeat(200)}!`);
  outlet.finish(null);
  clock.move(100);
  expect(seen.text).toMatch(/^\.{1,199}$/);
  clock.move(200);
  expect(seen).toMatchObject({ text: `${'.'.repeat(200)}!`, end: null });
});

test('it ends when what waits has gone out; who feeds it hears of room', () => {
  const { clock, outlet, send, seen } = outletWith({ pace: PACE, lateEndMs: 0 });
  send('x'.repeat(70_000));
  expect(outlet.isFull).toBe(true);
  clock.move(10_000);
  expect([outlet.isFull, seen.drained]).toEqual([false, 1]);
  outlet.cut(CUT);
  expect([outlet.isFinished, seen.end]).toEqual([true, undefined]);
  clock.move(70_000);
  expect(seen).toMatchObject({ text: 'x'.repeat(70_000), end: { code: CUT } });
});

test('a cut takes the late byte with it; nothing is left to happen', () => {
  const { clock, outlet, send, seen } = outletWith({ pace: null, lateEndMs: 50 });
  send('abc');
  outlet.finish(null);
  outlet.cut(CUT);
  clock.move(100);
  expect(seen).toMatchObject({ text: 'ab', end: { code: CUT } });
});
