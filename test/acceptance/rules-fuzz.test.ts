/** Rules as nobody should write them: each is taken or refused with its field, and the proxy goes on as before. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { EVIL_PATTERNS } from '../text/patterns/evil-patterns.ts';
import { world } from './harness.ts';

const anything = fc
  .anything({ maxDepth: 3, withNullPrototype: false })
  .map((value) => JSON.parse(JSON.stringify(value ?? null)));
const word = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  '',
  '\u0000',
  '../..',
  'x'.repeat(5_000),
  '💥',
  '%',
  '{{',
  '/',
);
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(-1, 0, 1e308, 2 ** 31, 0.5));
const pattern = fc.oneof(
  fc.constantFrom(...EVIL_PATTERNS.map(({ pattern: evil }) => evil)),
  fc.string({ maxLength: 30 }),
  word,
);
const odd = fc.oneof(anything, word, number);
const rule = fc.record(
  {
    id: fc.oneof(fc.stringMatching(/^[a-z]{1,3}$/), odd),
    type: fc.oneof(fc.constantFrom('latency', 'timeout', 'truncate', 'bit_flip', 'header_bomb', 'slow_drip'), odd),
    match: fc.oneof(
      fc.record(
        { url_pattern: pattern, path: odd, body: pattern, nth: number, probability: number },
        { requiredKeys: [] },
      ),
      odd,
    ),
    url_pattern: pattern,
    respond: fc.oneof(
      fc.record({ status: number, headers: odd, body: odd, file: word, template: fc.boolean() }, { requiredKeys: [] }),
      odd,
    ),
    modify: odd,
    delay_ms: number,
    abort: fc.oneof(fc.constantFrom(true, 'hang', 'close'), odd),
    throttle: fc.oneof(fc.record({ bytes_per_second: number, chunk_size: number }, { requiredKeys: [] }), odd),
    target_url: word,
    times: number,
    expires_ms: number,
    probability: number,
    min_latency_ms: number,
    truncate_percent: number,
    bytes_per_ms: number,
  },
  { requiredKeys: [] },
);
const REFUSALS = ['invalid_argument', 'limit'];

test('random and hostile rules never stop the proxy, nor any request that they do not match', {
  timeout: 120_000,
}, async () => {
  const server = createServer((_, response) => response.end('well'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const session = await (await world()).connect();
  const target = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { data } = await session.ok('proxy', { action: 'start', id: 'web', target_url: target });
  const url = String(data['url']);
  const seen = { taken: 0, refused: 0 };
  const give = async (action: string, rules: unknown[]) => {
    const answer = await session.call('proxy', { action, rules });
    if (answer.isError) {
      expect(REFUSALS).toContain(answer.data['error']);
      seen.refused += 1;
    } else seen.taken += 1;
    // Held, cut or answered: it ends when the rules do.
    const asked = fetch(`${url}src/main.ts?${'a'.repeat(500)}`).then(
      (one) => one.arrayBuffer(),
      () => null,
    );
    await session.ok('proxy', { action: 'chaos', clear: true });
    await session.ok('proxy', { action: 'rules', clear: true });
    await asked;
  };
  const seed = Number(process.env['RULES_SEED'] ?? 1);
  const samples = fc.sample(
    fc.tuple(fc.constantFrom('rules', 'chaos'), fc.array(rule, { minLength: 1, maxLength: 3 })),
    {
      seed,
      numRuns: Number(process.env['RULES_RUNS'] ?? 60),
    },
  );
  for (const [action, rules] of samples) await give(action, rules);
  const pathological = EVIL_PATTERNS.map(({ pattern: evil }) => ({
    match: { url_pattern: evil },
    respond: { status: 500 },
  }));
  for (const one of pathological) await give('rules', [one]);
  let deep: unknown = 1;
  for (let n = 0; n < 2_000; n++) deep = [deep];
  await give('rules', [{ respond: { body: deep } }]);
  await give('rules', [{ respond: { body: 'x'.repeat(3_500_000) } }]);
  await give(
    'rules',
    Array.from({ length: 1_001 }, () => ({ respond: {} })),
  );
  await give('rules', [{ respond: { body: `{{${' '.repeat(1_000_000)}`, template: true } }]);
  await give('rules', [{ modify: { response: { json_patch: [{ op: 'add', path: '/a'.repeat(400), value: 1 }] } } }]);
  await give(
    'rules',
    Array.from({ length: 200 }, (_, n) => ({ match: { url_pattern: `(a|b)*a(a|b){${n}}` }, respond: {} })),
  );
  expect(seen.taken).toBeGreaterThan(10);
  expect(seen.refused).toBeGreaterThan(10);
  expect(await (await fetch(url)).text()).toBe('well');
  const status = await session.ok('proxy', { action: 'status', id: 'web' });
  expect(status.data).toMatchObject({ restart_count: 0, running: true });
});
