import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chance } from '../../../src/proxy/shape/chance.ts';
import { PatternSet } from '../../../src/proxy/shape/pattern-set.ts';
import { PatternRefused, parsePattern } from '../../../src/proxy/shape/pattern-syntax.ts';
import { EVIL_PATTERNS } from '../../text/patterns/evil-patterns.ts';

const matches = (pattern: string, text: string): boolean => new PatternSet([pattern]).matches(text)?.length === 1;

describe('what a pattern matches is what it matches in JavaScript', () => {
  test.each([
    ['/api/users', ['/api/users?page=2', '/v1/api/users', '/api/user']],
    [
      '^/api/(users|carts)/\\d+$',
      ['/api/users/12', '/api/carts/1', '/api/users/x', '/x/api/users/1', '/api/users/12?'],
    ],
    ['a{2,3}b{2}c{1,}', ['aabbc', 'aaabbccc', 'abbc', 'aabc']],
    ['[^a-f\\d.-]+\\.[jt]sx?$', ['main.ts', 'xyz.tsx', 'abc.js', 'x1.js']],
    ['\\bcat\\B|\\Bdog\\b', ['catalogue', 'cat', 'hotdog', 'dog', ' cats ']],
    ['(?:a|b(?<x>c)*)+$', ['abcc', 'zbc', 'c', '']],
    ['^$|^x', ['', 'x', 'y']],
    ['{a}]', ['{a}]', 'a']],
    ['\\/\\x41\\u0042[\\]\\\\]', ['/AB]', '/AB\\', '/ab]']],
    ['.+?\\?.*', ['/a?b', '?', 'a?', 'a']],
  ])('%s', (pattern, texts) => {
    for (const text of texts) expect([text, matches(pattern, text)]).toEqual([text, new RegExp(pattern).test(text)]);
  });

  const atom = fc.constantFrom(
    'a',
    'b',
    'c',
    '.',
    '[ab]',
    '[^b]',
    '\\w',
    '\\b',
    '\\B',
    '^',
    '$',
    '/',
    '(?:ab|c)',
    '(a|)',
    '\\d',
    '-',
  );
  const pattern = fc
    .array(fc.tuple(atom, fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,2}', '{1,}', '*?')), {
      minLength: 1,
      maxLength: 6,
    })
    .map((parts) => parts.map(([one, times]) => (/^(?:\\[bB]|[\^$])$/.test(one) ? one : one + times)).join(''));
  const either = fc.tuple(pattern, pattern).map(([a, b]) => `(?:${a}|${b})+`);
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', '/', '-', '1', ' ', '\n'), { maxLength: 12 })
    .map((letters) => letters.join(''));

  test('any of them, alone and beside others', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pattern, either), { minLength: 1, maxLength: 5 }),
        fc.array(text, { maxLength: 6 }),
        (patterns, texts) => {
          const set = new PatternSet(patterns);
          for (const one of texts) {
            const expected = patterns.flatMap((source, at) => (new RegExp(source).test(one) ? [at] : []));
            expect(set.matches(one)).toEqual(expected);
          }
        },
      ),
      { numRuns: 1_500 },
    );
  });

  test('without regard to case, in UTF-8', () => {
    expect([matches('(?i)API/[a-c]x', '/api/BX'), matches('API', 'api')]).toEqual([true, false]);
    expect(matches('käse', Buffer.from('käse').toString('latin1'))).toBe(true);
    expect(matches('k.{2}se', Buffer.from('käse').toString('latin1'))).toBe(true);
    expect(matches('🧂+', Buffer.from('🧂🧂').toString('latin1'))).toBe(true);
  });
});

test.each([
  ['(?=a)', 'linear time'],
  ['(?<!a)b', 'linear time'],
  ['(a)\\1', 'linear time'],
  ['\\k<a>', 'linear time'],
  ['(a', 'without its )'],
  ['a)', 'without its ('],
  ['[a', 'without its ]'],
  ['a**', 'nothing to repeat'],
  ['*', 'nothing to repeat'],
  ['a{3,1}', 'out of order'],
  ['[z-a]', 'out of order'],
  ['a{9999}', 'more than 1000 repetitions'],
  ['(?:a{1000}){1000}', 'more than 2000 steps'],
  ['[ä]', 'only ASCII'],
  ['\\p{L}', 'not supported'],
  ['\\', 'at the end'],
  ['(?#x)', 'not supported'],
  ['x'.repeat(1_001), 'longer than'],
  [`${'('.repeat(200)}a${')'.repeat(200)}`, 'more than 100 groups'],
])('%s is refused', (pattern, words) => {
  expect(() => new PatternSet([pattern])).toThrow(PatternRefused);
  expect(() => new PatternSet([pattern])).toThrow(words);
});

test('whatever is typed is taken or refused, and nothing else happens', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.stringMatching(/^[()[\]{}|*+?.^$\\a-c0-9,-]{0,40}$/)),
      fc.string({ maxLength: 50 }),
      (pattern, text) => {
        try {
          const set = new PatternSet([pattern]);
          set.matches(text);
        } catch (error) {
          expect(error).toBeInstanceOf(PatternRefused);
        }
      },
    ),
    { numRuns: 5_000 },
  );
});

test('patterns that bring a backtracking engine down cost little: work is bounded, and so is memory', () => {
  const known = [
    ...EVIL_PATTERNS.map(({ pattern }) => pattern),
    '(a|b)*a(a|b){500}',
    '(.*a){20}',
    '(x+x+)+y',
    '(?:a?){300}a{300}',
  ];
  const taken = known.filter((pattern) => {
    try {
      parsePattern(pattern);
      new PatternSet([pattern]);
      return true;
    } catch {
      return false;
    }
  });
  expect(taken.length).toBeGreaterThan(20);
  const set = new PatternSet(taken);
  const texts = ['a'.repeat(32_000), 'ab'.repeat(16_000), `${'x'.repeat(32_000)}!`, '/'.repeat(32_000)];
  // Null is an answer: too much work. What counts is that there is one.
  for (const text of texts)
    for (let n = 0; n < 5; n++) expect(set.matches(text)).toSatisfy((one) => one === null || Array.isArray(one));
});

test('what would be too much work is no match, and says so', () => {
  const text = Array.from({ length: 30_000 }, (_, n) => (chance(1, n) < 0.5 ? 'a' : 'b')).join('');
  expect(new PatternSet(['a(?:a|b){400}c']).matches(text)).toBeNull();
  expect(new PatternSet(['a(?:a|b){4}c']).matches(text)).toEqual([]);
});
