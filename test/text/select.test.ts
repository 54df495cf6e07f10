import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Match, type Selection, selectLines } from '../../src/text/select.ts';

const match: Match = async (pattern, texts) => texts.map((text) => new RegExp(pattern).test(text));
const linesOf = (letters: string): { text: string }[] => Array.from(letters, (text) => ({ text }));

/** What is shown, `-` where a gap is and context in lower case. */
async function shown(letters: string, selection: Selection): Promise<string> {
  const { chosen } = await selectLines(linesOf(letters), selection, match);
  return chosen
    .map(({ line, context, gap }) => `${gap ? '-' : ''}${context ? line.text : line.text.toUpperCase()}`)
    .join('');
}

describe('selectLines', () => {
  test.each<[string, Selection, string]>([
    ['all', {}, 'ABCDE'],
    ['head', { head: 2 }, 'AB'],
    ['tail is the last lines, not an empty element', { tail: 2 }, 'DE'],
    ['tail 1', { tail: 1 }, 'E'],
    ['head 0', { head: 0 }, ''],
    ['tail 0', { tail: 0 }, ''],
    ['more than there is', { head: 9, tail: 9 }, 'ABCDE'],
    ['grep', { grep: 'b|d' }, 'BD'],
    ['grep_v', { grepV: 'b|d' }, 'ACE'],
    ['both', { grep: '[a-d]', grepV: 'b' }, 'ACD'],
    ['grep, then tail', { grep: 'b|d', tail: 1 }, 'D'],
    ['grep, then head, then tail', { grep: '[b-e]', head: 3, tail: 2 }, 'CD'],
    ['head, then tail', { head: 3, tail: 1 }, 'C'],
    ['no match', { grep: 'x' }, ''],
    ['context', { grep: 'c', context: 1 }, 'bCd'],
    ['context with a gap', { grep: 'a|e', context: 1 }, 'Ab-dE'],
    ['contexts that touch', { grep: 'b|d', context: 1 }, 'aBcDe'],
    ['contexts that overlap', { grep: 'b|c', context: 3 }, 'aBCde'],
    ['context counts from what head and tail left', { grep: '[bd]', tail: 1, context: 1 }, 'cDe'],
    ['context without grep', { tail: 1, context: 2 }, 'E'],
  ])('%s', async (_, selection, expected) => {
    expect(await shown('abcde', selection)).toBe(expected);
  });

  test('counts what there was and what matched', async () => {
    const { total, matched } = await selectLines(linesOf('abcde'), { grep: '[b-d]', tail: 1 }, match);
    expect({ total, matched }).toEqual({ total: 5, matched: 3 });
  });

  test('the failure of a match is the caller’s', async () => {
    const failing: Match = () => Promise.reject(new Error('invalid'));
    await expect(selectLines(linesOf('a'), { grep: '[' }, failing)).rejects.toThrow('invalid');
  });

  test('chosen lines are in order, once each, and hold every match', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 30 }),
        fc.nat(4),
        async (letters, context) => {
          const lines = Array.from(letters, (text, at) => ({ text, at }));
          const { chosen } = await selectLines(lines, { grep: 'b', context }, match);
          const places = chosen.map(({ line }) => line.at);
          expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
          expect(chosen.filter((one) => !one.context).map(({ line }) => line.at)).toEqual(
            lines.filter((line) => line.text === 'b').map((line) => line.at),
          );
        },
      ),
    );
  });
});
