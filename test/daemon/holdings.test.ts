import { expect, test } from 'vitest';
import { createHoldings } from '../../src/daemon/holdings.ts';

/** A clock that stands until it is told to go on; one timer at a time, as holdings have it. */
function world(mostBytes: number) {
  let now = 0;
  let timer: { at: number; run: () => void } | null = null;
  const closed: string[] = [];
  const log: string[] = [];
  const holdings = createHoldings({
    mostBytes,
    clock: {
      micros: () => now * 1_000,
      after(ms, run) {
        timer = { at: now + ms, run };
        return {
          cancel() {
            timer = null;
          },
        };
      },
    },
    log: (line) => log.push(line),
  });
  return {
    holdings,
    closed,
    log,
    isWaiting: () => timer !== null,
    connection(name: string, bytes: number, calls = 0) {
      const held = { bytes, calls };
      const unwatch = holdings.watch({
        name,
        bytes: () => held.bytes,
        calls: () => held.calls,
        close() {
          held.bytes = 0;
          held.calls = 0;
          closed.push(name);
        },
      });
      return { held, unwatch };
    },
    pass(ms: number) {
      for (const end = now + ms; timer !== null && timer.at <= end; ) {
        const { at, run } = timer;
        now = at;
        run();
      }
    },
  };
}

test('within the bound nobody is closed, however long they hold', () => {
  const { connection, pass, closed } = world(1_000);
  connection('a', 600);
  connection('b', 400);
  pass(3_600_000);
  expect(closed).toEqual([]);
});

test('past the bound who has held most for longest is closed, and no more than are too many', () => {
  const { connection, pass, closed, log } = world(1_000);
  for (const name of ['deaf 1', 'deaf 2', 'deaf 3']) connection(name, 300);
  pass(10_000);
  connection('busy', 800);
  pass(250);
  expect(closed).toEqual(['deaf 1', 'deaf 2', 'deaf 3']);
  expect(log[0]).toBe(
    'deaf 1: closed, since it has not taken its answers or not ended its line for 10000 ms: 300 bytes with 0 calls under way, of 1700 for all connections (at most 1000)',
  );
  pass(60_000);
  expect(closed).toHaveLength(3);
});

test('who has taken everything in between begins anew', () => {
  const { connection, pass, closed } = world(1_000);
  const { held } = connection('busy', 500);
  pass(5_000);
  held.bytes = 0;
  pass(250);
  held.bytes = 500;
  connection('deaf', 400);
  pass(1_000);
  connection('new', 300);
  pass(250);
  expect(closed).toEqual(['busy']);
});

test('calls under way count, and of those who take their answers who has most is closed, however long others wait', () => {
  const { connection, pass, closed } = world(1_000_000);
  connection('waits for a day', 0, 1);
  pass(86_400_000);
  connection('reads', 0, 40);
  connection('deaf', 20_000, 40);
  pass(1_000);
  expect(closed).toEqual(['deaf']);
  connection('reads too', 0, 60);
  pass(250);
  expect(closed).toEqual(['deaf', 'reads too']);
});

test('what comes between two looks is looked at too', () => {
  const { connection, holdings, closed } = world(1_000);
  connection('fast', 5_000_000);
  holdings.came(4 * 1_048_576);
  expect(closed).toEqual([]);
  holdings.came(1);
  expect(closed).toEqual(['fast']);
});

test('who has left is not counted, and nothing waits after the end', () => {
  const { connection, holdings, pass, closed, isWaiting } = world(1_000);
  const { unwatch } = connection('gone', 5_000);
  unwatch();
  pass(1_000);
  expect(closed).toEqual([]);
  holdings.end();
  expect(isWaiting()).toBe(false);
});
