/**
 * Tokens for the page socket: a page of our own origin fetches one, uses it once, and soon. Another origin cannot read the
 * answer, and a page's HTML, which caches keep, never has one.
 */
import { timingSafeEqual } from 'node:crypto';

const LIFE_SECONDS = 30;
const MOST = 1_000;

export interface PageTokens {
  /** `seconds` now, on a clock that does not go back. */
  mint(seconds: number): string;
  /** Whether it was ours and unused; it is used then. */
  redeem(token: string, seconds: number): boolean;
}

/** `random` gives at least 16 bytes that nobody can guess. */
export function createPageTokens(random: () => Buffer): PageTokens {
  const open: { readonly token: Buffer; readonly until: number }[] = [];
  return {
    mint(seconds) {
      const token = random();
      open.push({ token, until: seconds + LIFE_SECONDS });
      if (open.length > MOST) open.shift();
      return token.toString('base64url');
    },
    redeem(token, seconds) {
      const offered = Buffer.from(token, 'base64url');
      // Every one is looked at, so that time tells nothing.
      let found = -1;
      for (const [at, one] of open.entries())
        if (one.token.length === offered.length && timingSafeEqual(one.token, offered)) found = at;
      const [redeemed] = found < 0 ? [] : open.splice(found, 1);
      return redeemed !== undefined && redeemed.until >= seconds;
    },
  };
}
