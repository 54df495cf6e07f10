/** The code in documents, run as a reader would: each block as a module of its own beside the built program. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './harness.ts';

const DOCUMENTS = ['docs/lock-free-design.md'];

const blocksOf = (path: string): string[] =>
  [...readFileSync(join(ROOT, path), 'utf8').matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code]) => code ?? '');

describe.each(DOCUMENTS)('%s', (path) => {
  const blocks = blocksOf(path);

  test('has code', () => expect(blocks.length).toBeGreaterThan(0));

  test.each(blocks.map((code, at) => [at, code] as const))('block %i runs', (_at, code) => {
    const module = `import assert from 'node:assert/strict';\n${code}`;
    const run = () =>
      execFileSync(process.execPath, ['--input-type=module', '-e', module], { cwd: ROOT, stdio: 'pipe' });
    expect(run).not.toThrow();
  });
});
