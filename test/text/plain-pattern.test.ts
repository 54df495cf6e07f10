import { expect, test } from 'vitest';
import { isPlainPattern } from '../../src/text/plain-pattern.ts';
import { EVIL_PATTERNS as evilPatterns } from './patterns/evil-patterns.ts';

test.each(['acme_[a-z0-9]{20,}', 'AKIA[0-9A-Z]{16}', '(?:live|test)_\\w+', 'a{3}b?c?', '\\(x\\)+', '[)*+]x'])(
  '%s is plain',
  (source) => {
    expect(isPlainPattern(source)).toBe(true);
  },
);

test.each([
  '(a+)+',
  '(a|aa)*b',
  'a*b*',
  '(x)\\1',
  '(?=a)b',
  '(?<!a)b',
  '(?<n>a)\\k<n>',
  '.*.*=',
  'a?b?c?',
  '(ab){2,}',
  'x'.repeat(501),
])('%s is not', (source) => {
  expect(isPlainPattern(source)).toBe(false);
});

test('what is known to be evil is refused, or quick on a whole window', () => {
  for (const { pattern } of evilPatterns.filter(({ pattern }) => isPlainPattern(pattern))) {
    const input = 'a'.repeat(8_192);
    expect(input.replace(new RegExp(pattern, 'g'), '').length).toBeGreaterThanOrEqual(0);
  }
}, 20_000);
