// Bundles src into dist: a CommonJS front that imports no package, ESM threads and command line, and the lock-free core with its types.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { pageClient } from './page-client.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
/** A program of another version, in a directory of its own: for tests of upgrades, which need no types. */
const { BUILD_DIRECTORY, BUILD_VERSION } = process.env;
const out = BUILD_DIRECTORY ?? `${root}dist`;

/** Some packages ask for Node's own modules as CommonJS does. */
const REQUIRE = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};
const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  define: { __VERSION__: JSON.stringify(BUILD_VERSION ?? version) },
  external: ['@lydell/node-pty'],
};

/** What a function of the sources says, as data, for those who do not wait for the daemon: help of the command line, a client's first questions. */
async function writeData(name, entry, made) {
  const bundle = `${out}/${name}.mjs`;
  await build({
    ...shared,
    entryPoints: [entry],
    outfile: bundle,
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: REQUIRE,
  });
  const data = await made(await import(pathToFileURL(bundle).href));
  writeFileSync(`${out}/${name}.json`, JSON.stringify(data));
  rmSync(bundle);
}

/** The first script of each page. */
async function writePageClient() {
  const { script, inline } = await pageClient();
  mkdirSync(out, { recursive: true });
  writeFileSync(`${out}/page.js`, script);
  writeFileSync(`${out}/page-inline.js`, inline);
}

rmSync(`${out}`, { recursive: true, force: true });

await Promise.all([
  build({
    ...shared,
    entryPoints: { bin: 'src/bin.ts' },
    outdir: out,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    // Daemon and command line are loaded on demand, from beside the front.
    external: [...shared.external, './daemon.js', './cli.js'],
    banner: { js: '#!/usr/bin/env node' },
    minify: true,
  }),
  build({
    ...shared,
    entryPoints: {
      daemon: 'src/daemon/main.ts',
      cli: 'src/cli/main.ts',
      'process-worker': 'src/process/worker.ts',
      'proxy-worker': 'src/proxy/worker.ts',
      'pattern-worker': 'src/patterns/worker.ts',
    },
    outdir: out,
    format: 'esm',
    splitting: true,
    // Stacks in the log are read by people, so names stay; to keep them beside short ones costs a call for each closure at run time.
    minifyWhitespace: true,
    minifySyntax: true,
    // Some packages have an ES module beside a CommonJS one that cannot be bundled.
    mainFields: ['module', 'main'],
    chunkNames: 'chunks/[name]-[hash]',
    banner: REQUIRE,
  }),
  writePageClient(),
  // Others read them: as they were written, in need of nothing.
  build({
    ...shared,
    entryPoints: { lockfree: 'src/lockfree/index.ts', atomic: 'src/lockfree/atomic.ts' },
    outdir: out,
    format: 'esm',
  }),
  // The checker, and the core under it: one build, so that they share the module of operations.
  build({
    ...shared,
    entryPoints: { index: 'test/model/index.ts', lockfree: 'src/lockfree/index.ts' },
    outdir: `${out}/model`,
    format: 'esm',
    conditions: ['model'],
    splitting: true,
  }),
]);
chmodSync(`${out}/bin.cjs`, 0o755);
await writeData('commands', 'src/tools/commands.ts', ({ commands }) => commands());
await writeData('first-answers', 'src/daemon/first-answers.ts', ({ firstAnswers }) => firstAnswers());

if (BUILD_DIRECTORY === undefined) writeTypes();

function writeTypes() {
  execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.lockfree.json`], {
    stdio: 'inherit',
  });
  // Elsewhere `#atomic` is nobody's import: the published types name the file, as the bundle has it inside.
  for (const file of readdirSync(`${out}/types`, { recursive: true })) {
    const path = `${out}/types/${file}`;
    if (!path.endsWith('.d.ts')) continue;
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(
        /(['"])(?:#atomic|(\.{1,2}\/[\w/.-]+)\.ts)\1/g,
        (_, quote, file) => `${quote}${file ?? './atomic'}.js${quote}`,
      ),
    );
  }
}
