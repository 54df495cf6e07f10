import { expect, test } from 'vitest';
import { boundedText } from '../../src/daemon/bounded-text.ts';

/** A body without end; counts what was read of it. */
function endless() {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(1_000).fill(97));
    },
  });
  return { response: new Response(body), pulled: () => pulled };
}

test('what fits comes whole', async () => {
  expect(await boundedText(new Response('ä'.repeat(500)), 1_000)).toBe('ä'.repeat(500));
  expect(await boundedText(new Response(null), 1_000)).toBe('');
});

test('a body that claims no length is read as far as the bound', async () => {
  const { response, pulled } = endless();
  expect(await boundedText(response, 10_000)).toBeNull();
  expect(pulled()).toBeLessThan(20);
});

test('one that claims too much is not read', async () => {
  const { response } = endless();
  response.headers.set('content-length', '10001');
  expect(await boundedText(response, 10_000)).toBeNull();
});
