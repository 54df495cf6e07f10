import { expect, test } from 'vitest';
import { world } from './harness.ts';

test('a cursor stays good when a process is restarted', async () => {
  const { connect } = await world();
  const session = await connect();
  await session.ok('run', {
    command: 'sh',
    args: ['-c', 'echo first; exec sleep 600'],
    id: 'r',
    wait_for: { text: 'first' },
  });
  const { meta } = await session.ok('proc', { action: 'output', process_id: 'r' });
  await session.ok('proc', { action: 'restart', process_id: 'r', grace_ms: 200 });
  await session.ok('proc', { action: 'wait', process_id: 'r', for: { text: 'first' } });
  const news = await session.ok('proc', { action: 'output', process_id: 'r', after: meta['cursor'] });
  expect(news.text).toMatch(/^first\n\[1 of /);
});

test('remove and restart of one process at the same time leave it running and known, or not at all', async () => {
  const { connect } = await world();
  const [one, other] = [await connect(), await connect()];
  const outcomes = new Set<string>();
  for (let n = 0; n < 12; n++) {
    await one.ok('run', {
      command: 'sh',
      args: ['-c', '[ ! -e x ] || exec sleep 600; touch x'],
      id: 'r',
      mode: 'foreground',
    });
    const [removed, restarted] = await Promise.all([
      one.call('proc', { action: 'remove', process_id: 'r' }),
      other.call('proc', { action: 'restart', process_id: 'r' }),
    ]);
    outcomes.add(`${removed.isError} ${restarted.isError}`);
    const { data } = await one.ok('proc', { action: 'list' });
    expect(data['active_count']).toBe((data['processes'] as unknown[]).length);
    if (restarted.isError) expect(data['active_count']).toBe(0);
    else await one.ok('proc', { action: 'stop', process_id: 'r', force: true });
    await one.ok('run', { command: 'rm', args: ['x'], id: 'r', mode: 'foreground' });
  }
  // One of both has its way.
  for (const outcome of outcomes) expect(['true false', 'false true']).toContain(outcome);
});
