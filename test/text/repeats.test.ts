import { describe, expect, test } from 'vitest';
import { collapseRepeats, repeatedText } from '../../src/text/repeats.ts';

const collapsed = (...texts: string[]): string[] => collapseRepeats(texts.map((text) => ({ text }))).map(repeatedText);

describe('collapseRepeats', () => {
  test.each([
    ['nothing', [], []],
    ['no repeats', ['a', 'b', 'a'], ['a', 'b', 'a']],
    ['a run', ['a', 'b', 'b', 'b', 'a'], ['a', 'b ×3', 'a']],
    ['37 of one', Array.from({ length: 37 }, () => 'tick'), ['tick ×37']],
    ['empty lines become one', ['a', '', '', 'b'], ['a', '', 'b']],
  ])('%s', (_, given, shown) => {
    expect(collapsed(...given)).toEqual(shown);
  });

  test('the first of a run keeps its place; other streams are other lines', () => {
    const lines = [
      { text: 'x', stream: 'stdout', position: 0 },
      { text: 'x', stream: 'stdout', position: 2 },
      { text: 'x', stream: 'stderr', position: 4 },
    ];
    expect(collapseRepeats(lines)).toEqual([
      { text: 'x', stream: 'stdout', position: 0, times: 2 },
      { text: 'x', stream: 'stderr', position: 4, times: 1 },
    ]);
  });
});
