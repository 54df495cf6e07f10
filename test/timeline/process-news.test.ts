import { expect, test } from 'vitest';
import { PARK, Park } from '../../src/lockfree/park.ts';
import { Segment } from '../../src/lockfree/segment.ts';
import type { CellSnapshot } from '../../src/process/cell.ts';
import { Changes } from '../../src/process/changes.ts';
import { happenedTo, watchProcesses } from '../../src/timeline/process-news.ts';

const pending: CellSnapshot = {
  run: 0,
  state: 'pending',
  pid: null,
  pgid: null,
  exitCode: null,
  exitSignal: null,
  endedBy: null,
  restarts: 0,
  startedAt: null,
  readyAt: null,
  endedAt: null,
  runPosition: 0,
};
const running: CellSnapshot = { ...pending, run: 1, state: 'running', pid: 7, pgid: 7, startedAt: 10 };
const ready: CellSnapshot = { ...running, readyAt: 20 };
const ended = (more: Partial<CellSnapshot>): CellSnapshot => ({
  ...ready,
  state: 'failed',
  endedAt: 30,
  endedBy: 'exit',
  ...more,
});

const told = (before: CellSnapshot | null, now: CellSnapshot) =>
  happenedTo(before, now).map(({ kind, micros, text }) => `${micros} ${kind}: ${text}`);

test('each change is told once', () => {
  expect(told(null, pending)).toEqual([]);
  expect(told(pending, running)).toEqual(['10 started: started, pid 7']);
  expect(told(running, running)).toEqual([]);
  expect(told(running, ready)).toEqual(['20 ready: ready']);
  const crashed = ended({ exitCode: 3 });
  expect(told(ready, crashed)).toEqual(['30 crash: crashed: exit code 3']);
  expect(told(crashed, crashed)).toEqual([]);
});

test('an end is told when the state says so, and once', () => {
  const early = ended({ state: 'running', exitCode: 3 });
  expect(told(ready, early)).toEqual([]);
  expect(told(early, ended({ exitCode: 3 }))).toEqual(['30 crash: crashed: exit code 3']);
});

test('what came about between two looks is all told', () => {
  expect(told(null, ended({ exitCode: 1 }))).toEqual([
    '10 started: started, pid 7',
    '20 ready: ready',
    '30 crash: crashed: exit code 1',
  ]);
});

test('a crash that will be restarted, and the run after it', () => {
  const waiting = ended({ state: 'pending', exitSignal: 11, endedBy: 'signal' });
  expect(told(ready, waiting)).toEqual(['30 crash: crashed: signal SIGSEGV']);
  // A new run's first moments still show the end of the one before.
  expect(told(waiting, { ...waiting, state: 'starting' })).toEqual([]);
  expect(told(waiting, { ...running, run: 2, startedAt: 40, pid: 8 })).toEqual(['40 restart: restarted, run 2, pid 8']);
});

test.each<[Partial<CellSnapshot>, string]>([
  [{ state: 'stopped', exitCode: 0 }, '30 ended: ended (exit): exit code 0'],
  [{ state: 'stopped', exitSignal: 15, endedBy: 'stop' }, '30 ended: ended (stop): signal SIGTERM'],
  [{ exitSignal: 9, endedBy: 'timeout' }, '30 ended: ended (timeout): signal SIGKILL'],
  [{ endedBy: 'spawn_error' }, '30 crash: could not be started'],
])('%j', (end, expected) => {
  expect(told(ready, ended(end))).toEqual([expected]);
});

test('whoever asks is told what has just come about, also before the news have been woken for it', () => {
  const end = new AbortController();
  const clock = { micros: () => 100, after: () => ({ cancel: () => {} }) };
  const park = new Park(Segment.create({ changes: PARK.bytes }).region('changes').words, 0);
  let now = running;
  const process = { id: 'a', path: '/shop', facts: { urls: [], ports: [] }, snapshot: () => now };
  const processes = { list: () => [process], changes: new Changes(park, clock) };
  const news = watchProcesses({ processes, now: clock.micros, signal: end.signal });
  expect(news.total).toBe(1);
  now = ended({ exitCode: 3 });
  expect(news.total).toBe(3);
  now = { ...now, ...running, run: 2, startedAt: 40 };
  expect(news.events(0).map(({ text }) => text)).toContain('a restarted, run 2, pid 7');
  end.abort();
});
