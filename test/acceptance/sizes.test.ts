/** Budgets of what is loaded and of what is held, in bytes: what a start reads, and what each process and proxy costs. */
import { readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ROOT, world } from './harness.ts';

const DIST = join(ROOT, 'dist');
const KIB = 1_024;
const MIB = 1_024 * KIB;
const text = (path: string) => readFileSync(path, 'utf8');

/** A built file and all that it imports, statically; with `deferred`, also what it imports on demand. */
function loadedBy(path: string, deferred: RegExp, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const source = text(path);
  const imports = [...source.matchAll(/(?:from|import)"(\.[^"]+)"/g)].map(([, name = '']) => name);
  const later = [...source.matchAll(/import\("(\.[^"]+)"\)/g)]
    .map(([, name = '']) => name)
    .filter((name) => deferred.test(name));
  for (const name of [...imports, ...later]) loadedBy(join(dirname(path), name), deferred, seen);
  return seen;
}

const bytesOf = (paths: Iterable<string>) => [...paths].reduce((sum, path) => sum + statSync(path).size, 0);

/** Names are whole: so are stacks, and functions need not be told theirs at run time. */
describe('what a start reads', () => {
  test('the front: one small file that imports Node’s own modules alone', () => {
    const front = join(DIST, 'bin.cjs');
    expect(statSync(front).size).toBeLessThanOrEqual(20 * KIB);
    const required = [...text(front).matchAll(/require\("([^"]+)"\)/g)].map(([, name = '']) => name);
    expect(required.length).toBeGreaterThan(0);
    expect(required.filter((name) => !builtinModules.includes(name.replace(/^node:/, '')))).toEqual([]);
  });

  test('the daemon, until it listens; HTTP is not among it', () => {
    const loaded = loadedBy(join(DIST, 'daemon.js'), /\/control-/);
    expect(bytesOf(loaded)).toBeGreaterThan(300 * KIB);
    expect(bytesOf(loaded)).toBeLessThanOrEqual(1_400 * KIB);
    expect([...loaded].filter((path) => /\/serve-/.test(path))).toEqual([]);
  });

  test('the command line, until it knows its command', () => {
    expect(bytesOf(loadedBy(join(DIST, 'cli.js'), /^$/))).toBeLessThanOrEqual(64 * KIB);
  });

  test.each([
    ['process-worker.js', 100 * KIB],
    ['proxy-worker.js', 256 * KIB],
    ['pattern-worker.js', 4 * KIB],
  ])('the thread %s', (name, most) => {
    expect(bytesOf(loadedBy(join(DIST, name), /^$/))).toBeLessThanOrEqual(most);
  });

  test('the page client, as it travels', () => {
    expect(gzipSync(readFileSync(join(DIST, 'page.js'))).length).toBeLessThanOrEqual(12 * KIB);
  });
});

describe('what is held in shared memory', () => {
  test('by the daemon, by each process, by each proxy; what has ended is lent again', async () => {
    const session = await (await world()).connect();
    const shared = async () => {
      const { data } = await session.ok('daemon', { action: 'info' });
      return (data['memory'] as { shared_bytes: number }).shared_bytes;
    };
    const idle = await shared();
    expect(idle).toBeLessThanOrEqual(MIB);
    const run = (id: string) => session.ok('run', { command: 'sleep', args: ['60'], id });
    for (const id of ['a', 'b', 'c', 'd']) await run(id);
    const four = await shared();
    expect(four - idle).toBeGreaterThan(0);
    expect(four - idle).toBeLessThanOrEqual(4 * MIB);
    await session.ok('proxy', { action: 'start', id: 'p', target_url: 'http://localhost:9' });
    const proxy = await shared();
    expect(proxy - four).toBeGreaterThan(0);
    expect(proxy - four).toBeLessThanOrEqual(32 * MIB);
    for (const id of ['a', 'b', 'c', 'd']) {
      await session.ok('proc', { action: 'stop', process_id: id, force: true });
      await session.ok('proc', { action: 'remove', process_id: id });
    }
    await session.ok('proxy', { action: 'stop', id: 'p' });
    for (const id of ['e', 'f', 'g', 'h']) await run(id);
    await session.ok('proxy', { action: 'start', id: 'q', target_url: 'http://localhost:9' });
    expect(await shared()).toBeLessThanOrEqual(proxy);
  });
});
