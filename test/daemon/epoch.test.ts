import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Claim, claimEpoch, holdEpoch, sweepEpochs } from '../../src/daemon/epoch.ts';
import { epochs, isOwnerAlive, latestEpoch, ownerPath } from '../../src/home/owner.ts';
import { startTimeOf } from '../../src/home/process-start.ts';

const scratch = mkdtempSync(join(tmpdir(), 'dtm-epoch-'));
const program = join(scratch, 'contender.mjs');
let directories = 0;

const freshDirectory = (): string => {
  directories += 1;
  return mkdtempSync(join(scratch, `${directories}-`));
};

beforeAll(() =>
  build({
    entryPoints: [new URL('contender.ts', import.meta.url).pathname],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  }),
);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Said {
  readonly claim: Claim;
  readonly overlaps: readonly number[];
}

/** A contender that waits for `go`; null when it was killed before it said what came of it. */
async function contender(directory: string) {
  const child = spawn(process.execPath, [program, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    async go(): Promise<Said | null> {
      child.stdin.write('go');
      const { value, done } = await lines.next();
      return done === true ? null : JSON.parse(value);
    },
    async kill(): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** mulberry32: the seed is in the test's name, so that a run can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SEED = 1;
const WAVES = 10;
const CONTENDERS = 12;

test(`of ${WAVES} waves of ${CONTENDERS} contenders, killed at any moment (seed ${SEED}), never two live owners`, {
  timeout: 300_000,
}, async () => {
  const directory = freshDirectory();
  const chance = random(SEED);
  const claimed: number[] = [];
  for (let wave = 0; wave < WAVES; wave++) {
    const all = await Promise.all(Array.from({ length: CONTENDERS }, () => contender(directory)));
    const said = all.map(async (one) => {
      const outcome = one.go();
      // Some die in the middle of their claim, some as owners while others of their wave still contend.
      if (chance() < 0.4) {
        const turns = Math.floor(chance() * 400);
        for (let n = 0; n < turns; n++) await new Promise(setImmediate);
        await one.kill();
      }
      return outcome;
    });
    for (const one of await Promise.all(said)) {
      expect(one?.overlaps ?? []).toEqual([]);
      if (one?.claim.owned) claimed.push(one.claim.epoch);
    }
    // Whoever owns it now is killed as well: the next wave finds a dead owner.
    await Promise.all(all.map((one) => one.kill()));
  }
  expect(claimed.length).toBeGreaterThanOrEqual(WAVES / 2);
  expect(new Set(claimed).size).toBe(claimed.length);
  expect(readdirSync(directory).filter((name) => name.startsWith('owner-')).length).toBeLessThan(claimed.length + 10);
  expect(latestEpoch(directory)?.epoch).toBeGreaterThanOrEqual(Math.max(...claimed));
});

test('a live owner is not succeeded; a dead one, and one whose pid was reused, are', () => {
  const directory = freshDirectory();
  expect(claimEpoch(directory, process.pid)).toEqual({ owned: true, epoch: 1 });
  expect(claimEpoch(directory, process.pid)).toEqual({ owned: false, epoch: 1, pid: process.pid });
  writeFileSync(ownerPath(directory, 2), JSON.stringify({ pid: process.pid, startTime: '1' }));
  expect(latestEpoch(directory)?.epoch).toBe(2);
  expect(isOwnerAlive(latestEpoch(directory)?.owner ?? null)).toBe(false);
  expect(claimEpoch(directory, process.pid)).toEqual({ owned: true, epoch: 3 });
});

test('an epoch that was swept while a contender slept is not won again', () => {
  const directory = freshDirectory();
  // As the sleeper finds it when it links epoch 1 at last: its sweeper owns epoch 2.
  writeFileSync(ownerPath(directory, 2), JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }));
  expect(claimEpoch(directory, process.pid, null)).toMatchObject({ owned: false, epoch: 2 });
  expect(epochs(directory)).toEqual([2]);
});

test('what is in an owner file does not matter if it names nobody', () => {
  const directory = freshDirectory();
  for (const [epoch, text] of ['', '{', '[]', '{"pid":1}', '{"pid":"x","startTime":1}'].entries()) {
    writeFileSync(join(directory, 'source'), text);
    linkSync(join(directory, 'source'), ownerPath(directory, epoch + 1));
    expect(latestEpoch(directory)).toEqual({ epoch: epoch + 1, owner: null });
  }
  expect(claimEpoch(directory, process.pid)).toEqual({ owned: true, epoch: 6 });
});

test('a system that cannot tell who is there leaves no owner dead', () => {
  const directory = freshDirectory();
  symlinkSync(ownerPath(directory, 1), ownerPath(directory, 1));
  expect(() => claimEpoch(directory, process.pid)).toThrow(/ELOOP/);
  writeFileSync(join(directory, 'file'), '');
  expect(() => latestEpoch(join(directory, 'file'))).toThrow(/ENOTDIR/);
  expect(latestEpoch(join(directory, 'missing'))).toBeNull();
});

test('a sweep takes what the dead have left, and never the greatest epoch nor what a live contender writes', () => {
  const directory = freshDirectory();
  const file = (name: string) => writeFileSync(join(directory, name), '');
  for (let epoch = 1; epoch <= 20; epoch++) {
    writeFileSync(ownerPath(directory, epoch), '');
    file(`daemon-${epoch}.sock`);
    file(`start-${epoch}`);
  }
  file(`.claim-${process.pid}-1`);
  file('.claim-999999999-1');
  file('history');
  sweepEpochs(directory, 20, (epoch) => join(directory, `daemon-${epoch}.sock`));
  expect(epochs(directory)).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20]);
  const others = readdirSync(directory).filter((name) => !name.startsWith('owner-'));
  expect(others.sort()).toEqual([`.claim-${process.pid}-1`, 'daemon-20.sock', 'history', 'start-20']);
});

test('an owner holds its epoch against cleaners by age, until another rules', () => {
  const directory = freshDirectory();
  const hold = (epoch: number) => holdEpoch(directory, epoch, process.pid, 1_000_000);
  expect(claimEpoch(directory, process.pid)).toMatchObject({ epoch: 1 });
  expect(hold(1)).toBe('held');
  expect(statSync(ownerPath(directory, 1)).mtimeMs).toBe(1_000_000_000);
  rmSync(ownerPath(directory, 1));
  expect(hold(1)).toBe('restored');
  expect(isOwnerAlive(latestEpoch(directory)?.owner ?? null)).toBe(true);
  writeFileSync(ownerPath(directory, 2), '');
  expect(hold(1)).toBe('lost');
});

test('in a directory that was made anew, the one who has come first rules, under whatever number', () => {
  const directory = freshDirectory();
  const parent = process.ppid;
  expect(claimEpoch(directory, parent)).toMatchObject({ epoch: 1 });
  for (const epoch of [1, 7]) expect(holdEpoch(directory, epoch, process.pid, 1_000_000)).toBe('lost');
  rmSync(ownerPath(directory, 1));
  writeFileSync(ownerPath(directory, 1), JSON.stringify({ pid: parent, startTime: 'another' }));
  expect(holdEpoch(directory, 7, process.pid, 1_000_000)).toBe('restored');
});
