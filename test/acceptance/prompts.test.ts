/** Prompts as a client gets them, in both eras. */
import { expect, test } from 'vitest';
import { PROMPTS } from '../../src/tools/prompts.ts';
import { TOOLS } from '../../src/tools/table.ts';
import { world } from './harness.ts';

const ERAS = { legacy: {}, modern: { versionNegotiation: { mode: 'auto' } } } as const;

test.each(Object.entries(ERAS))('prompts are listed and filled in: %s', async (_, versions) => {
  const session = await (await world()).connect({ versions });
  const { prompts } = await session.client.listPrompts();
  expect(prompts.map(({ name }) => name)).toEqual(['debug_page', 'why_is_it_slow', 'start_project']);
  const { messages } = await session.client.getPrompt({
    name: 'why_is_it_slow',
    arguments: { url_pattern: '/api/"cart"\u202e' },
  });
  const [content] = messages.map((message) => message.content);
  expect(content?.type === 'text' && content.text).toContain('url_pattern: "/api/\\"cart\\"\\\\u202e"');
});

test('a prompt or an argument that does not exist is an error that names those that do', async () => {
  const session = await (await world()).connect();
  await expect(session.client.getPrompt({ name: 'debug' })).rejects.toThrow(/not_found.*debug_page, why_is_it_slow/);
  await expect(session.client.getPrompt({ name: 'debug_page', arguments: { page: 'x' } })).rejects.toThrow(
    /invalid_argument.*what, proxy_id/,
  );
});

test('what a prompt tells to call exists: tools, actions, parameters', () => {
  const calls = PROMPTS.flatMap((prompt) => {
    const every = Object.fromEntries(prompt.arguments.map(({ name }) => [name, 'x']));
    return [...prompt.text(every).matchAll(/\b([a-z]+) \{([^}]*)\}/g)].map(([whole, tool, inside]) => ({
      whole,
      tool,
      action: /action: "(\w+)"/.exec(inside ?? '')?.[1],
      keys: [...(inside ?? '').matchAll(/(?:^|, )(\w+)(?:: |$|,)/g)].map(([, key]) => key),
    }));
  });
  expect(calls.length).toBeGreaterThan(10);
  for (const { whole, tool: name, action, keys } of calls) {
    const tool = TOOLS.find((one) => one.name === name);
    expect(tool, whole).toBeDefined();
    const valid =
      action === undefined ? Object.keys(tool?.input.shape ?? {}) : ['action', ...(tool?.actions?.[action] ?? [])];
    expect(valid, whole).toEqual(expect.arrayContaining(keys));
  }
});
