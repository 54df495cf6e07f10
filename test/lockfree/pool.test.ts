/** Buffers that come back: zeroed, with another generation, never to two tenants, never dropped. */
import { describe, expect, test } from 'vitest';
import { Pool } from '../../src/lockfree/pool.ts';

const STEP = 64 * 1024;

describe('Pool', () => {
  test.each([
    [1, STEP],
    [STEP, STEP],
    [STEP + 1, 2 * STEP],
  ])('take(%i) has %i bytes', (bytes, size) => {
    expect(new Pool().take(bytes).buffer.byteLength).toBe(size);
  });

  test('a given buffer serves again, zeroed, one generation later', () => {
    const pool = new Pool();
    const first = pool.take(100);
    new Uint8Array(first.buffer).fill(9);
    pool.give(first);
    const second = pool.take(200);
    expect(second.buffer).toBe(first.buffer);
    expect([first.generation, second.generation]).toEqual([1, 2]);
    expect(new Uint8Array(second.buffer).every((byte) => byte === 0)).toBe(true);
  });

  test('live leases never share a buffer, and sizes do not mix', () => {
    const pool = new Pool();
    const small = [pool.take(1), pool.take(1), pool.take(1)];
    expect(new Set(small.map((lease) => lease.buffer)).size).toBe(3);
    for (const lease of small) pool.give(lease);
    expect(pool.take(STEP + 1).buffer.byteLength).toBe(2 * STEP);
    expect(pool.status()).toEqual({ buffers: 4, free: 3, bytes: 5 * STEP });
  });

  test('10,000 tenancies hold one buffer', () => {
    const pool = new Pool();
    for (let n = 0; n < 10_000; n++) pool.give(pool.take(1));
    expect(pool.status()).toEqual({ buffers: 1, free: 1, bytes: STEP });
    expect(pool.take(1).generation).toBe(10_001);
  });

  test('a lease is given back once, and by its own tenant', () => {
    const pool = new Pool();
    const first = pool.take(1);
    pool.give(first);
    expect(() => pool.give(first)).toThrow('generation=1');
    const second = pool.take(1);
    expect(() => pool.give(first)).toThrow('generation=1');
    expect(() => new Pool().give(second)).toThrow("another pool's");
    pool.give(second);
    expect(pool.status()).toEqual({ buffers: 1, free: 1, bytes: STEP });
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses to take %d bytes', (bytes) => {
    expect(() => new Pool().take(bytes)).toThrow(RangeError);
  });
});
