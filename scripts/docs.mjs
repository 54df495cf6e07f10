// Writes docs/tools.md from the tools' table; with --check only says whether it is as the table says.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'devtool-mcp-docs-'));
const bundle = join(scratch, 'reference.mjs');

async function page() {
  try {
    await build({
      entryPoints: [`${root}src/tools/reference.ts`],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'warning',
    });
    const { reference } = await import(pathToFileURL(bundle).href);
    return reference(readFileSync(`${root}docs/tools.preface.md`, 'utf8'));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const path = `${root}docs/tools.md`;
const wanted = await page();
if (process.argv.includes('--check')) {
  if (readFileSync(path, 'utf8') !== wanted) {
    console.error('docs/tools.md is not as the table says: npm run docs');
    process.exit(1);
  }
} else writeFileSync(path, wanted);
