// The page client as browsers get it, of its two bundles: the lookout, and the rest that the lookout starts.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Of the scripts, wherever they stand: a page's stacks name it, and `proxy/stack.ts` knows it. */
const NAME = '//# sourceURL=/__devtool/client.js';
/** In the place of where the rest is. */
const HOLE = '__devtool_rest__';

async function bundle(entry) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
  });
  return outputFiles[0].text.trim();
}

/** A tenth less than the bundler's own. ASCII alone: it fits into a document of any charset. */
async function small(script) {
  const { code } = await minify(script, {
    ecma: 2020,
    toplevel: true,
    compress: { passes: 2 },
    format: { ascii_only: true },
  });
  return code;
}

const called = (lookout, rest) => `(REST=>{"use strict";${lookout}})(${rest});`;

/**
 * `script`: the whole of it, served under its own address; `inline`: the same for a script element, in which the rest is a comment, that
 * nobody parses before it is needed.
 */
export async function pageClient() {
  const [lookout, rest] = await Promise.all([bundle('src/page/lookout/lookout.ts'), bundle('src/page/main.ts')]);
  const text = `${await small(`__devtool_mcp__(function(LOOKOUT){"use strict";${rest}});`)}${NAME}`;
  const behind = `*/${NAME}`;
  const place = `[${-text.length - behind.length},${-behind.length}]`;
  const inline = `${(await small(called(lookout, HOLE))).replace(HOLE, place)}/*${text}${behind}`;
  if (inline.split(place).length !== 2 || inline.split('*/').length !== 2 || /[^ -~]|<!--|<\/?script/i.test(inline))
    throw new Error('the inline script cannot stand in a document');
  return { script: `${await small(called(lookout, `function(LOOKOUT){${rest}}`))}\n`, inline };
}
