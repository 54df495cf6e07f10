/** Offsets computed from declarations: lines per writer, widths that never meet, sizes that can be repeated. */
import { describe, expect, test } from 'vitest';
import { block, type Field, LINE, layout, wide, word } from '../../src/lockfree/layout.ts';

describe('layout', () => {
  test('words with different writers are 128 bytes apart, neighbours with one writer share a line', () => {
    const { at, bytes } = layout({
      tail: word('producer'),
      headSeen: word('producer'),
      head: word('consumer'),
      dropped: word('producer'),
    });
    expect(at).toEqual({ tail: 0, headSeen: 1, head: 32, dropped: 64 });
    expect(bytes).toBe(384);
  });

  test('each index counts elements of its own kind', () => {
    const { at, bytes, table } = layout({
      state: word('control'),
      total: wide('control'),
      body: block('control', 3),
      key: word('control', 2),
    });
    expect(at).toEqual({ state: 0, total: 1, body: 16, key: 5 });
    expect(bytes).toBe(128);
    expect(table()).toEqual([
      { offset: 0, bytes: 4, field: 'state', writer: 'control' },
      { offset: 8, bytes: 8, field: 'total', writer: 'control' },
      { offset: 16, bytes: 3, field: 'body', writer: 'control' },
      { offset: 20, bytes: 8, field: 'key', writer: 'control' },
    ]);
  });

  test('no two fields share a byte, and no two writers a line, whatever the order', () => {
    const kinds: Field[] = [word('a'), wide('a'), block('a', 5), word('b', 3), wide('b', 2), block('b', 130)];
    for (const [i, first] of kinds.entries()) {
      for (const [j, second] of kinds.entries()) {
        const rows = layout({ first, second, third: kinds[(i + j) % kinds.length] ?? first }).table();
        for (const [n, row] of rows.entries()) {
          const before = rows[n - 1];
          if (before === undefined) continue;
          const end = before.offset + before.bytes;
          expect(row.offset).toBeGreaterThanOrEqual(end);
          if (row.writer !== before.writer) {
            expect(Math.floor(row.offset / LINE)).toBeGreaterThan(Math.floor((end - 1) / LINE));
          }
        }
      }
    }
  });

  test('the size is whole lines', () => {
    expect(layout({ body: block('w', LINE) }).bytes).toBe(LINE);
    expect(layout({ body: block('w', LINE + 1) }).bytes).toBe(2 * LINE);
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses %d elements', (count) => {
    expect(() => layout({ key: word('any', count) })).toThrow(`field=key count=${count}`);
  });
});
