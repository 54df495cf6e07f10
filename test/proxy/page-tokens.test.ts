import { expect, test } from 'vitest';
import { createPageTokens } from '../../src/proxy/page-tokens.ts';

function tokens() {
  let last = 0;
  return createPageTokens(() => Buffer.from(`token number ${String(++last).padStart(8, '0')}`));
}

test('a token opens once, and soon', () => {
  const made = tokens();
  const [first, late] = [made.mint(100), made.mint(100)];
  expect(made.redeem(first, 101)).toBe(true);
  expect(made.redeem(first, 101)).toBe(false);
  expect(made.redeem(late, 131)).toBe(false);
});

test.each(['', 'x', 'dG9rZW4', '\0', 'a'.repeat(100_000)])('%j opens nothing', (token) => {
  const made = tokens();
  made.mint(0);
  expect(made.redeem(token, 0)).toBe(false);
});

test('who fetches tokens without end has the newest only', () => {
  const made = tokens();
  const minted = Array.from({ length: 1_500 }, () => made.mint(0));
  expect(made.redeem(minted[0] ?? '', 0)).toBe(false);
  expect(made.redeem(minted[1_499] ?? '', 0)).toBe(true);
});
