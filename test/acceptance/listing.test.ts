/** What `proc list` tells of many processes. */
import { expect, test } from 'vitest';
import { sharedSession } from './harness.ts';

const shared = sharedSession();

test('by label: name and value, a name alone, and what nobody has', async () => {
  const session = shared();
  for (const [n, tier] of ['frontend', 'backend', 'backend', 'backend', 'a=b', undefined].entries()) {
    const labels = tier === undefined ? {} : { tier };
    await session.ok('run', { command: 'true', id: `p${n}`, mode: 'foreground', labels });
  }
  const ids = async (label: string) => {
    const { data } = await session.ok('proc', { action: 'list', label });
    return (data['processes'] as { process_id: string }[]).map(({ process_id }) => process_id);
  };
  expect(await ids('tier=backend')).toEqual(['p1', 'p2', 'p3']);
  expect(await ids('tier=a=b')).toEqual(['p4']);
  expect(await ids('tier')).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
  for (const label of ['tier=', 'tier=none', 'toString', '']) expect(await ids(label), label).toEqual([]);
});
