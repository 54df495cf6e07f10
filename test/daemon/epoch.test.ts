import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Claim, claimEpoch } from '../../src/daemon/epoch.ts';
import { epochs, isOwnerAlive, latestEpoch, ownerPath, startTimeOf } from '../../src/home/owner.ts';

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

interface Contender {
  readonly child: ChildProcess;
  readonly claim: Claim;
}

async function contend(directory: string): Promise<Contender> {
  const child = spawn(process.execPath, [program, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) return { child, claim: JSON.parse(line) };
  throw new Error('a contender said nothing');
}

async function kill({ child }: Contender): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('of 120 contenders in waves, with owners killed at any time, never two live ones', { timeout: 120_000 }, async () => {
  const directory = freshDirectory();
  const everOwners: Contender[] = [];
  for (let wave = 0; wave < 10; wave++) {
    const wanted = Array.from({ length: 12 }, async () => {
      const contender = await contend(directory);
      if (contender.claim.owned) {
        const others = everOwners.filter(({ child }) => startTimeOf(child.pid ?? 0) !== null);
        expect(others, `${others.length} live owners beside epoch ${contender.claim.epoch}`).toEqual([]);
        everOwners.push(contender);
        // Some owners die while the others of their wave still contend.
        if (wave % 2 === 0) await kill(contender);
      }
      return contender;
    });
    const contenders = await Promise.all(wanted);
    const live = everOwners.filter(({ child }) => startTimeOf(child.pid ?? 0) !== null);
    expect(live.length).toBeLessThanOrEqual(1);
    await Promise.all(contenders.map(kill));
  }
  const claimed = everOwners.flatMap(({ claim }) => (claim.owned ? [claim.epoch] : []));
  expect(claimed.length).toBeGreaterThanOrEqual(10);
  expect(new Set(claimed).size).toBe(claimed.length);
  expect(claimed).toEqual([...claimed].sort((a, b) => a - b));
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
