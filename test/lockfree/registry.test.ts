/** Registry on one thread, seen through two objects: keys, capacity, reuse, wraps. Races are the model and stress tests'. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Handle,
  KeyRefused,
  Registry,
  type RegistryOptions,
  registryLayout,
  registrySlots,
} from '../../src/lockfree/registry.ts';
import { documentsLayout } from './documents.ts';

const SMALL: RegistryOptions = { capacity: 3, threads: 2, keyBytes: 16 };
const BASE = 32;

function fresh(options = SMALL) {
  const words = new Int32Array(new SharedArrayBuffer(128 + registryLayout(options).bytes));
  const open = (thread: number) => new Registry(words, BASE, thread, options);
  return { words, open, one: open(0), two: open(1) };
}

function inserted(registry: Registry, key: string): Handle {
  const answer = registry.insert(key);
  if (answer.kind !== 'inserted') throw new Error(`insert(${key}) answered ${answer.kind}`);
  return answer.handle;
}

const keys = (registry: Registry) =>
  registry
    .list()
    .map(({ key }) => key)
    .sort();

describe('insert, get, list, remove', () => {
  test('what one thread inserts, another finds and lists, under the same handle', () => {
    const { one, two } = fresh();
    const handle = inserted(one, 'dev');
    expect(two.get('dev')).toEqual(handle);
    expect(two.list()).toEqual([{ key: 'dev', handle }]);
    expect(two.isCurrent(handle)).toBe(true);
    expect(two.get('build')).toBeUndefined();
  });

  test('a key that is there is not inserted again, by whomever', () => {
    const { one, two } = fresh();
    const handle = inserted(one, 'dev');
    expect(one.insert('dev')).toEqual({ kind: 'exists', handle });
    expect(two.insert('dev')).toEqual({ kind: 'exists', handle });
    expect(keys(one)).toEqual(['dev']);
  });

  test('a removed entry is gone for everybody, its handle for ever', () => {
    const { one, two } = fresh();
    const handle = inserted(one, 'dev');
    expect(two.get('dev')).toEqual(handle);
    expect(one.remove(handle)).toBe(true);
    expect(two.get('dev')).toBeUndefined();
    expect(two.isCurrent(handle)).toBe(false);
    expect(two.remove(handle)).toBe(false);
    expect(inserted(two, 'dev')).not.toEqual(handle);
    expect(one.remove(handle)).toBe(false);
    expect(keys(one)).toEqual(['dev']);
  });

  test('a cached key that was removed and inserted again elsewhere is found anew', () => {
    const { one, two } = fresh();
    const first = inserted(one, 'dev');
    two.get('dev');
    one.remove(first);
    inserted(one, 'other');
    const second = inserted(one, 'dev');
    expect(two.get('dev')).toEqual(second);
    expect(keys(two)).toEqual(['dev', 'other']);
  });

  test('keys that change places between two looks of a thread are found in both', () => {
    const { one, two } = fresh({ capacity: 2, threads: 2, keyBytes: 16 });
    for (let round = 0; round < 8; round++) {
      const handles = [inserted(one, 'a'), inserted(one, 'b')];
      expect([two.get('a'), two.get('b')]).toEqual(handles);
      for (const handle of handles) one.remove(handle);
    }
  });

  test('the list is the same array until something changes', () => {
    const { one, two } = fresh();
    inserted(one, 'dev');
    const before = two.list();
    expect(two.list()).toBe(before);
    inserted(one, 'build');
    expect(two.list()).not.toBe(before);
    expect(before).toHaveLength(1);
  });

  test('a handle that no insert has returned is not current', () => {
    const { one } = fresh();
    for (const slot of [-1, 0, 1, registrySlots(SMALL), 1e9]) {
      expect(one.isCurrent({ slot, generation: 0 })).toBe(false);
      expect(one.remove({ slot, generation: 0 })).toBe(false);
    }
  });
});

test.each([
  ['many slots', 200, 240, 126, 256],
  ['many slots, with few changes known', 200, 240, 126, 2],
  ['a few slots that are used again and again', 3, 4, 1, 256],
])('any changes on %s, by whomever: every look is what a Map would say', (_, capacity, names, early, history) => {
  const step = fc.record({
    by: fc.nat(1),
    seenBy: fc.nat(2),
    change: fc.constantFrom('insert', 'remove'),
    key: fc.nat(names).map((n) => `key ${n}`),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const { one, two } = fresh({ capacity, threads: 2, keyBytes: 16, history });
      const all = [one, two];
      const expected = new Map<string, Handle>();
      for (let n = 0; n < early; n++) expected.set(`early ${n}`, inserted(one, `early ${n}`));
      for (const { by, seenBy, change, key } of steps) {
        const handle = expected.get(key);
        if (change === 'remove' && handle !== undefined) {
          expect(all[by]?.remove(handle)).toBe(true);
          expected.delete(key);
        } else if (change === 'insert') {
          const answer = all[by]?.insert(key);
          const full = expected.size === capacity && handle === undefined;
          expect(answer?.kind).toBe(full ? 'full' : handle === undefined ? 'inserted' : 'exists');
          if (answer?.kind === 'inserted') expected.set(key, answer.handle);
        }
        // Who is not asked falls behind by several changes.
        const entries = all[seenBy]?.list();
        if (entries !== undefined) {
          expect(new Map(entries.map((entry) => [entry.key, entry.handle]))).toEqual(expected);
        }
      }
    }),
    { numRuns: 100 },
  );
});

describe('prepare', () => {
  test('is called with the handle before anybody can find the key', () => {
    const { one, two } = fresh();
    const seen: unknown[] = [];
    const answer = one.insert('dev', (handle) => seen.push(handle, two.get('dev'), two.isCurrent(handle)));
    expect(seen).toEqual([{ ...(answer.kind === 'inserted' && answer.handle) }, undefined, false]);
  });

  test('that throws leaves no entry, and the slot is used by the next insert', () => {
    const { one, two } = fresh();
    const slots: number[] = [];
    const attempt = () =>
      one.insert('dev', ({ slot }) => {
        slots.push(slot);
        throw new Error('no memory');
      });
    expect(attempt).toThrow('no memory');
    expect(attempt).toThrow('no memory');
    expect(two.list()).toEqual([]);
    expect([...slots, inserted(one, 'dev').slot]).toEqual([slots[0], slots[0], slots[0]]);
  });

  test('may use the registry itself: what it inserts and what it is called for are both found', () => {
    const { one, two } = fresh();
    const prepared: Handle[] = [];
    const outer = one.insert('outer', (handle) => {
      prepared.push(handle);
      if (prepared.length === 1) inserted(one, 'inner');
    });
    expect(keys(two)).toEqual(['inner', 'outer']);
    expect(outer).toEqual({ kind: 'inserted', handle: two.get('outer') });
    expect(prepared.at(-1)).toEqual(two.get('outer'));
  });

  test('that inserts the same key finds it inserted', () => {
    const { one, two } = fresh();
    const answer = one.insert('dev', () => inserted(one, 'dev'));
    expect(answer).toEqual({ kind: 'exists', handle: two.get('dev') });
    expect(keys(two)).toEqual(['dev']);
  });

  test('is not called when the key is there or the registry is full', () => {
    const { one, two } = fresh({ capacity: 1, threads: 2, keyBytes: 4 });
    inserted(one, 'a');
    const prepare = () => expect.unreachable();
    expect(two.insert('a', prepare).kind).toBe('exists');
    expect(two.insert('b', prepare)).toEqual({ kind: 'full' });
  });
});

describe('capacity and reuse', () => {
  test('exactly `capacity` keys fit, whoever inserts; a removal makes room for one', () => {
    const { one, two } = fresh();
    const handles = [inserted(one, 'a'), inserted(two, 'b'), inserted(one, 'c')];
    expect(one.insert('d')).toEqual({ kind: 'full' });
    expect(two.insert('d')).toEqual({ kind: 'full' });
    expect(one.insert('b')).toEqual({ kind: 'exists', handle: handles[1] });
    expect(two.remove(handles[0] ?? { slot: -1, generation: 0 })).toBe(true);
    inserted(two, 'd');
    expect(one.insert('e')).toEqual({ kind: 'full' });
    expect(keys(one)).toEqual(['b', 'c', 'd']);
  });

  test('20,000 tenancies leak no slot, and no old handle is ever current again', () => {
    const { one, two } = fresh();
    const seen = new Set<string>();
    for (let n = 0; n < 10_000; n++) {
      for (const [registry, other] of [[one, two] as const, [two, one] as const]) {
        const handle = inserted(registry, `key-${n % 7}`);
        const name = `${handle.slot}/${handle.generation}`;
        expect(seen.has(name)).toBe(false);
        seen.add(name);
        expect(other.remove(handle)).toBe(true);
      }
    }
    for (const key of ['a', 'b', 'c']) inserted(one, key);
    expect(two.insert('d')).toEqual({ kind: 'full' });
  });

  test.each([
    ['head', 0x7fffffff],
    ['head', -1 & ~0xfff],
  ])('the count of changes in %s wraps at %i', (_, head) => {
    const { words, one, two } = fresh();
    words[BASE + registryLayout(SMALL).at.head] = head & ~0xfff; // slot 0 removed, at the last count
    for (let n = 0; n < 5; n++) {
      const handle = inserted(one, 'dev');
      expect(two.get('dev')).toEqual(handle);
      expect(two.remove(handle)).toBe(true);
      expect(one.get('dev')).toBeUndefined();
    }
  });

  test.each([0, 1, 3, 100])(
    'a thread that has missed as many changes as can be counted, and %i, finds everything anew',
    (more) => {
      const { one, two } = fresh();
      const early = inserted(one, 'early');
      expect(two.list()).toHaveLength(1);
      one.remove(early);
      let changes = 1;
      // 2²⁰ + more after what was seen; in the case of none the head has the same count, and another slot.
      const until = 2 ** 20 + more - 1;
      for (; changes < until - 1; changes += 2) one.remove(inserted(one, 'late'));
      for (; changes <= until; changes++) inserted(one, `last ${changes}`);
      expect(keys(two)).toEqual(keys(one));
      expect(two.get('early')).toBeUndefined();
    },
  );

  test('a thread that has missed more changes than the history holds finds everything anew', () => {
    const { one, two } = fresh({ ...SMALL, history: 4 });
    for (let missed = 0; missed < 12; missed++) {
      expect(keys(two)).toEqual([]);
      const handles = [inserted(one, 'a'), inserted(one, 'b')];
      for (let n = 0; n < missed; n++) one.remove(inserted(one, 'c'));
      expect(keys(two)).toEqual(['a', 'b']);
      for (const handle of handles) one.remove(handle);
    }
  });

  test('a generation wraps from 2²⁴ − 1 to 0', () => {
    const { words, one, two } = fresh();
    const { control } = registryLayout(SMALL).at;
    for (let slot = 0; slot < registrySlots(SMALL); slot++) words[BASE + control + slot] = 0xffffff << 8;
    const last = inserted(one, 'dev');
    expect(last.generation).toBe(0xffffff);
    expect(two.get('dev')).toEqual(last);
    expect(two.remove(last)).toBe(true);
    expect(one.get('dev')).toBeUndefined();
    for (let n = 0; n < registrySlots(SMALL) - 1; n++) one.remove(inserted(one, 'dev'));
    expect(inserted(one, 'dev')).toEqual({ slot: last.slot, generation: 0 });
    expect(two.isCurrent(last)).toBe(false);
  });

  test('a successor takes over the slot that a lost thread had claimed', () => {
    const { one, two, open } = fresh({ capacity: 1, threads: 2, keyBytes: 4 });
    for (let lives = 0; lives < 5; lives++) {
      const lost = () =>
        open(1).insert('lost', () => {
          throw new Error('ends here, holding its claim');
        });
      expect(lost).toThrow('ends here');
      one.remove(inserted(one, 'a'));
    }
    expect(two.insert('b').kind).toBe('inserted');
    expect(one.insert('c').kind).toBe('full');
  });
});

describe('keys', () => {
  test.each([
    '',
    'a',
    'abc',
    'abcd',
    'x'.repeat(16),
    'é'.repeat(8),
    '😀'.repeat(4),
    '\ufeffbom',
    'nul\0byte',
    '__proto__',
  ])('%j comes back as it was put in', (key) => {
    const { one, two } = fresh();
    const handle = inserted(one, key);
    expect(two.list()).toEqual([{ key, handle }]);
    expect(two.get(key)).toEqual(handle);
  });

  test('a shorter key in a used slot shows nothing of the longer one before', () => {
    const { one, two } = fresh({ capacity: 1, threads: 2, keyBytes: 16 });
    for (let slot = 0; slot < 3; slot++) one.remove(inserted(one, 'a-long-key'));
    inserted(one, 'b');
    expect(keys(two)).toEqual(['b']);
  });

  test.each([
    ['x'.repeat(17), 'bytes=17, at most 16'],
    ['é'.repeat(9), 'bytes=18, at most 16'],
    ['half \ud800', 'half a surrogate pair'],
  ])('%j is refused, and merely not found', (key, message) => {
    const { one } = fresh();
    expect(() => one.insert(key)).toThrow(KeyRefused);
    expect(() => one.insert(key)).toThrow(message);
    expect(one.get(key)).toBeUndefined();
    expect(one.list()).toEqual([]);
  });
});

describe('options', () => {
  test.each<RegistryOptions>([
    { capacity: 0, threads: 1, keyBytes: 4 },
    { capacity: 1, threads: 0, keyBytes: 4 },
    { capacity: 1, threads: 65, keyBytes: 4 },
    { capacity: 1, threads: 1, keyBytes: 0 },
    { capacity: 2040, threads: 9, keyBytes: 4 },
  ])('%j are refused', (options) => {
    expect(() => registryLayout(options)).toThrow(`capacity=${options.capacity}`);
  });

  test.each([0, -1, 3, 1.5, 2 ** 20, Number.NaN])('a history of %d is refused', (history) => {
    expect(() => registryLayout({ ...SMALL, history })).toThrow(`history=${history}: a power of two`);
  });

  test.each([-1, 2, Number.NaN])('thread number %d is refused', (thread) => {
    const { open } = fresh();
    expect(() => open(thread)).toThrow(`thread=${thread}`);
  });

  test('the most slots that a head can name are usable', () => {
    const options = { capacity: 2046, threads: 2, keyBytes: 8 };
    const { one, two } = fresh(options);
    for (let n = 0; n < 2046; n++) inserted(one, `${n}`);
    expect(one.insert('more')).toEqual({ kind: 'full' });
    expect(new Set(two.list().map(({ handle }) => handle.slot)).size).toBe(2046);
  });

  test('the page shows the layout', () => {
    expect(documentsLayout('registry', registryLayout())).toEqual([]);
  });
});
