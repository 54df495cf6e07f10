import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { claimEpoch } from '../../src/daemon/epoch.ts';
import { keepPlace } from '../../src/daemon/place.ts';
import { ownerPath } from '../../src/home/owner.ts';
import { startTimeOf } from '../../src/home/process-start.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A place of epoch 1 whose socket is a file; `due` are the waits that were asked for. */
function place() {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'dtm-place-')));
  const [runtimeDirectory, stateDirectory] = [join(home, 'run'), join(home, 'state')];
  const socketPath = join(runtimeDirectory, 'daemon-1.sock');
  const due = new Map<() => void, number>();
  const told: string[] = [];
  for (const directory of [runtimeDirectory, stateDirectory]) mkdirSync(directory, { mode: 0o700 });
  claimEpoch(runtimeDirectory, process.pid);
  writeFileSync(socketPath, '');
  const kept = keepPlace({
    runtimeDirectory,
    stateDirectory,
    socketPath,
    epoch: 1,
    pid: process.pid,
    uid: process.getuid?.() ?? null,
    after(ms, run) {
      due.set(run, ms);
      return { cancel: () => due.delete(run) };
    },
    seconds: () => 1_000_000,
    async reopen() {
      told.push('reopen');
      writeFileSync(socketPath, '');
    },
    restored: () => void told.push('restored'),
    lost: () => void told.push('lost'),
    log: () => {},
  });
  ends.push(() => {
    kept.end();
    rmSync(home, { recursive: true, force: true });
  });
  const look = () => {
    for (const run of [...due.keys()]) run();
  };
  look();
  return { home, runtimeDirectory, stateDirectory, socketPath, due, told, look };
}

const owner = (directory: string) => ownerPath(directory, 1);

test('what is there is left as it is', () => {
  const { told } = place();
  expect(told).toEqual([]);
});

test('directories, owner file and socket are put back, the user’s alone; and once more', () => {
  const { home, runtimeDirectory, stateDirectory, socketPath, told, look } = place();
  for (const removed of [home, runtimeDirectory, stateDirectory, socketPath, owner(runtimeDirectory)]) {
    rmSync(removed, { recursive: true });
    look();
    for (const path of [owner(runtimeDirectory), socketPath]) expect(existsSync(path), path).toBe(true);
    for (const path of [runtimeDirectory, stateDirectory]) expect(statSync(path).mode & 0o777).toBe(0o700);
  }
  expect(told).toEqual(['restored', 'reopen', 'restored', 'reopen', 'restored', 'reopen']);
});

test('a removal is seen at once, and looked into when it has settled', async () => {
  const { runtimeDirectory, socketPath, due, look } = place();
  for (const removed of [socketPath, runtimeDirectory, runtimeDirectory]) {
    expect([...due.values()]).toEqual([60_000]);
    rmSync(removed, { recursive: true });
    await expect.poll(() => [...due.values()]).toEqual([250]);
    look();
  }
});

test('where another daemon has come meanwhile, this one is told to end', () => {
  const { runtimeDirectory, told, look } = place();
  const another = { pid: process.ppid, startTime: startTimeOf(process.ppid) };
  writeFileSync(owner(runtimeDirectory), JSON.stringify(another));
  look();
  expect(told).toEqual(['lost']);
});
