/** Resources by every address that they have, their updates, and completion; in both eras. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until, world } from './harness.ts';

const ERAS = { legacy: {}, modern: { versionNegotiation: { mode: 'auto' } } } as const;

describe.each(Object.entries(ERAS))('a client of the era %s', (era, versions) => {
  test('hears of a process by whichever address it has asked for', async () => {
    const place = await world();
    const below = join(place.project, 'below');
    await mkdir(below);
    await (await place.connect()).ok('run', { command: 'cat', id: 'c' });
    const session = await place.connect({ versions, cwd: below });
    const events = 'devtool://events?kinds=started&global=true';
    const uris = [
      events,
      'devtool://process/c/output',
      `devtool://process/c/output?path=${encodeURIComponent(place.project)}`,
    ];
    const heard = new Set<string>();
    session.client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      heard.add(params.uri);
    });
    const listening = era === 'legacy' ? null : await session.client.listen({ resourceSubscriptions: uris });
    if (era === 'legacy') for (const uri of uris) await session.client.subscribeResource({ uri });
    await session.ok('proc', { action: 'input', process_id: 'c', data: 'more\n' });
    await until('all are told', () => uris.every((uri) => heard.has(uri)));
    expect([...heard].sort()).toEqual(uris);
    await listening?.close();
  });

  test('is told what may stand for an argument, or in an address', async () => {
    const place = await world();
    await place.write('package.json', JSON.stringify({ scripts: { dev: 'true', 'dev:web': 'true', build: 'true' } }));
    const { client, ok } = await place.connect({ versions });
    await ok('run', { command: 'sleep', args: ['60'], id: 'store' });
    const complete = async (ref: Parameters<typeof client.complete>[0]['ref'], name: string, value: string) =>
      (await client.complete({ ref, argument: { name, value } })).completion.values;
    const start = { type: 'ref/prompt', name: 'start_project' } as const;
    expect(await complete(start, 'script', 'dev')).toEqual(['dev', 'dev:web']);
    expect(await complete(start, 'path', '/')).toEqual([place.project]);
    expect(await complete({ type: 'ref/prompt', name: 'debug_page' }, 'what', 'a')).toEqual([]);
    const output = { type: 'ref/resource', uri: 'devtool://process/{id}/output' } as const;
    expect(await complete(output, 'id', 's')).toEqual(['store']);
    await expect(complete({ type: 'ref/prompt', name: 'none' }, 'x', '')).rejects.toThrow('no such prompt');
  });
});

test.each(Object.entries(ERAS))(
  'an address may be of what is still to come, or of nothing (%s)',
  async (era, versions) => {
    const { client, ok } = await (await world()).connect({ versions });
    const listens: { close(): Promise<void> }[] = [];
    const subscribe = async (uri: string) => {
      if (era === 'legacy') await client.subscribeResource({ uri });
      else listens.push(await client.listen({ resourceSubscriptions: [uri] }));
    };
    const heard: string[] = [];
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      heard.push(params.uri);
    });
    for (const uri of ['file:///etc/passwd', 'devtool://nothing', 'devtool://events?bogus=1']) {
      await subscribe(uri);
      await expect(client.readResource({ uri })).rejects.toThrow(/is unknown/);
    }
    const uri = 'devtool://process/later/output';
    await subscribe(uri);
    await ok('run', { command: 'sleep', args: ['60'], id: 'later' });
    await until('it is told', () => heard.includes(uri));
    heard.length = 0;
    await ok('proc', { action: 'stop', process_id: 'later' });
    await ok('proc', { action: 'remove', process_id: 'later' });
    await expect.poll(() => client.readResource({ uri }).catch(() => 'gone')).toBe('gone');
    await until('its end is told', () => heard.includes(uri));
    expect(new Set(heard)).toEqual(new Set([uri]));
    for (const listening of listens) await listening.close();
  },
);
