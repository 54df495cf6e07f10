import { describe, expect, test } from 'vitest';
import { collapseRepeats, repeatedText } from '../../src/text/repeats.ts';

function collapsed(...texts: string[]): string[] {
  const { lines, times } = collapseRepeats(texts.map((text) => ({ text })));
  return lines.map((line) => repeatedText(line.text, times.get(line)));
}

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
    const first = { text: 'x', stream: 'stdout', position: 0 };
    const second = { text: 'x', stream: 'stdout', position: 2 };
    const other = { text: 'x', stream: 'stderr', position: 4 };
    expect(collapseRepeats([first, second, other])).toEqual({ lines: [first, other], times: new Map([[first, 2]]) });
  });
});
