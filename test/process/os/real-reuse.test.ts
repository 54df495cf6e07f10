/** Real pids that change hands (RELIABILITY.md, R4): needs root, a pid namespace and ns_last_pid; says so where the kernel refuses. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const inNamespace = (script: string, ...args: string[]) =>
  spawnSync('unshare', ['-pf', '--kill-child', '--mount-proc', 'sh', '-c', script, 'sh', ...args], {
    encoding: 'utf8',
  });

test('a stranger with a pid that was ours is not signalled', async () => {
  const probe = inNamespace('echo 300 > /proc/sys/kernel/ns_last_pid && sh -c "echo \\$\\$"');
  if (probe.status !== 0) {
    const why = probe.error?.message ?? probe.stderr.trim();
    console.warn(`pids cannot be chosen here, so their reuse was only simulated: ${why}`);
    expect(why).not.toBe('');
    return;
  }
  const directory = mkdtempSync(join(tmpdir(), 'devtool-mcp-os-'));
  const program = join(directory, 'program.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('reuse-program.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const { stdout, stderr } = inNamespace('node "$1"; exit $?', program);
  rmSync(directory, { recursive: true });
  expect(stderr).toBe('');
  const { reused, wrong }: { reused: number; wrong: number } = JSON.parse(stdout);
  expect(reused).toBeGreaterThan(50);
  expect(wrong).toBe(0);
});
