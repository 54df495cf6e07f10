import { expect, test } from 'vitest';
import { createComplaints } from '../../src/daemon/complaints.ts';

function world() {
  const log: string[] = [];
  const state = { now: 0, closed: 0 };
  const complaints = createComplaints(
    'front 7',
    () => state.now,
    (line) => log.push(line),
    () => {
      state.closed += 1;
    },
  );
  return { log, state, complaints };
}

test('a few in a long time are said and cost nothing', () => {
  const { log, state, complaints } = world();
  for (let n = 0; n < 100; n++) {
    complaints.say(`bad ${n}`);
    state.now += 600;
  }
  expect(log).toHaveLength(100);
  expect(log[99]).toBe('front 7: bad 99');
  expect(state.closed).toBe(0);
});

test('twenty at once end the connection, once, and the log stays short', () => {
  const { log, state, complaints } = world();
  for (let n = 0; n < 10_000; n++) complaints.say('bad');
  expect(log).toHaveLength(21);
  expect(log.at(-1)).toBe('front 7: closed after 20 such lines within 10 s');
  expect(state.closed).toBe(1);
});
