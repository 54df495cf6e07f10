/** The page client is the first script of each document: it stays small, and what a page waits for is small of that. */
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { pageClient } from '../../scripts/page-client.mjs';

const MOST_BYTES = 12 * 1_024;
const MOST_LOOKOUT_BYTES = 10 * 1_024;

test('the page client, compressed, is within 12 KiB, and its lookout within 10 as it is', async () => {
  const { script, inline } = await pageClient();
  expect(script.length).toBeGreaterThan(1_000);
  expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(MOST_BYTES);
  const lookout = inline.indexOf('/*__devtool_mcp__(');
  expect(lookout).toBeGreaterThan(1_000);
  expect(lookout).toBeLessThanOrEqual(MOST_LOOKOUT_BYTES);
});
