import { expect, test } from 'vitest';
import { world } from './harness.ts';

test('a client has so many calls under way and no more; each of them is answered', async () => {
  const { connect } = await world();
  const [busy, other] = [await connect(), await connect()];
  await busy.ok('run', { command: 'sleep', args: ['600'], id: 's', wait_for: 'none' });
  const waiting = Array.from({ length: 64 }, () =>
    busy.call('proc', { action: 'wait', process_id: 's', for: 'exit', timeout_ms: 60_000 }),
  );
  const refused = await busy.call('proc', { action: 'list' });
  expect(refused).toMatchObject({ isError: true, data: { error: 'limit', limit: 64 } });
  await other.ok('proc', { action: 'stop', process_id: 's', grace_ms: 200 });
  for (const { isError, text } of await Promise.all(waiting)) expect(isError, text).toBe(false);
  await busy.ok('proc', { action: 'list' });
});
