/** The configurations that the documents give for clients: each is well formed, and starts what `test/acceptance/tarball.test.ts` has started. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';

interface Started {
  readonly command: string;
  readonly args: readonly string[];
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENTS = ['README.md', 'docs/clients.md'];

function blocksOf(path: string): { language: string; text: string }[] {
  const blocks = readFileSync(`${ROOT}${path}`, 'utf8').matchAll(/^```(json|toml)\n([\s\S]*?)^```/gm);
  return [...blocks].map(([, language = '', text = '']) => ({ language, text }));
}

/** Whatever a client calls it: an object of servers by name, each with its program. */
function startedBy(block: { language: string; text: string }): Started {
  const parsed = (block.language === 'toml' ? parseToml(block.text) : JSON.parse(block.text)) as Record<
    string,
    unknown
  >;
  const [servers] = Object.values(parsed) as Record<string, { command: string | string[]; args?: string[] }>[];
  const server = servers?.['devtool-mcp'];
  const [command = '', ...args] = [server?.command ?? [], server?.args ?? []].flat();
  return { command, args };
}

describe.each(DOCUMENTS)('%s', (path) => {
  const blocks = blocksOf(path);

  test('has blocks', () => expect(blocks.length).toBeGreaterThan(0));

  test.each(blocks)('$language: $text', async (block) => {
    const { command, args } = startedBy(block);
    const line = [command, ...args].join(' ');
    expect(['npx -y devtool-mcp', 'node /path/to/devtool-mcp/dist/bin.cjs']).toContain(line);
  });
});
