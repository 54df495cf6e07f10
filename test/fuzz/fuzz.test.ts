import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TARGETS } from './targets.ts';

/** What an earlier hunt found worth keeping, and random changes of it; the bar hunts for longer, guided: bench/bars/s4-fuzz.mjs. */
const corpus: Record<string, string[]> = JSON.parse(readFileSync(new URL('corpus.json', import.meta.url), 'utf8'));

test.each(TARGETS)('$name: refused in words, or read', async ({ name, seeds, run }) => {
  const kept = (corpus[name] ?? []).map((text) => Buffer.from(text, 'base64'));
  expect(kept.length).toBeGreaterThan(0);
  for (const input of [...seeds.map((text) => Buffer.from(text)), ...kept]) {
    await run(input);
    for (let cut = 0; cut < Math.min(input.length, 200); cut += 7) await run(input.subarray(0, cut));
  }
});
