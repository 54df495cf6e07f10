import { expect, test } from 'vitest';
import { PARK, Park } from '../../src/lockfree/park.ts';
import { Changes } from '../../src/process/changes.ts';
import { systemClock } from '../../src/process/clock.ts';

const changes = () => {
  const words = new Int32Array(new SharedArrayBuffer(PARK.bytes));
  return new Changes(new Park(words, 0), systemClock(process.hrtime.bigint()));
};
const FOREVER_MS = 60_000;
const { signal } = new AbortController();

test('a change before the wait and after its ticket ends it', async () => {
  const all = changes();
  const ticket = all.ticket();
  all.announce();
  await all.next(ticket, FOREVER_MS, signal);
});

test('a change that is not of its concern wakes nobody, and the next one that is does', async () => {
  const all = changes();
  const told: string[] = [];
  let [asked, concerned] = [0, false];
  const mine = all
    .next(all.ticket(), FOREVER_MS, signal, () => {
      asked += 1;
      return concerned;
    })
    .then(() => told.push('mine'));
  for (let n = 1; n <= 3; n++) {
    const each = all.next(all.ticket(), FOREVER_MS, signal);
    all.announce();
    await each;
    told.push('each');
    expect(asked).toBe(n);
  }
  concerned = true;
  all.announce();
  await mine;
  expect(told).toEqual(['each', 'each', 'each', 'mine']);
});

test('time and an abort end it, whatever its concern', async () => {
  const all = changes();
  await all.next(all.ticket(), 1, signal, () => false);
  const end = new AbortController();
  const waits = all.next(all.ticket(), FOREVER_MS, end.signal, () => false);
  end.abort();
  await waits;
});
