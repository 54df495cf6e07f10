// Writes what documents say from the code: docs/tools.md from the tools' table, the states in docs/lock-free-design.md from
// theirs; and the JSON schema of the config file from its declaration. With --check only says whether they are as the code says.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

async function loadSources() {
  const scratch = mkdtempSync(join(tmpdir(), 'devtool-mcp-docs-'));
  const bundle = join(scratch, 'sources.mjs');
  try {
    await build({
      stdin: {
        contents: `export { reference } from './src/tools/reference.ts'; export { TRANSITIONS } from './src/process/machine.ts'; export { configJsonSchema } from './src/project/config-schema.ts'; export { configReference } from './src/project/config-reference.ts';`,
        resolveDir: root,
      },
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'warning',
    });
    return await import(pathToFileURL(bundle).href);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A state diagram in Mermaid, with the table's rows in their order. */
function drawStates(table) {
  const moves = Object.entries(table).flatMap(([from, to]) => to.map((state) => `  ${from} --> ${state}`));
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> pending', ...moves, '```'].join('\n');
}

const between = (text, name, inside) =>
  text.replace(
    new RegExp(`(<!-- ${name}:begin -->\n)[\\s\\S]*?(<!-- ${name}:end -->)`),
    (_, begin, end) => `${begin}${inside}\n${end}`,
  );

const { reference, TRANSITIONS, configJsonSchema, configReference } = await loadSources();
const read = (path) => (existsSync(`${root}${path}`) ? readFileSync(`${root}${path}`, 'utf8') : '');
const wanted = {
  'docs/tools.md': reference(read('docs/tools.preface.md')),
  'docs/configuration.md': between(read('docs/configuration.md'), 'keys', configReference()),
  'schema/devtool-mcp.schema.json': `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  'docs/lock-free-design.md': between(read('docs/lock-free-design.md'), 'states', drawStates(TRANSITIONS)),
};
for (const [path, text] of Object.entries(wanted)) {
  if (read(path) === text) continue;
  mkdirSync(`${root}schema`, { recursive: true });
  if (!process.argv.includes('--check')) writeFileSync(`${root}${path}`, text);
  else {
    console.error(`${path} is not as the code says: npm run docs`);
    process.exitCode = 1;
  }
}
