// Tests on each major version of Node that is supported, from the npm registry's `node` package: the built program, its threads and the
// tests themselves run on it. `npm run test:matrix`; some versions or files: `npm run test:matrix -- 22 26 test/acceptance/run.test.ts`.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeOf } from './scratch.mjs';

const MAJORS = ['20', '22', '24', '26'];
const PROJECTS = ['unit', 'acceptance'];
const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
const majors = words.filter((word) => MAJORS.includes(word));
const files = words.filter((word) => !MAJORS.includes(word));
const scratch = mkdtempSync(join(tmpdir(), 'dtm-matrix-'));

/** What the program says on its own, which a newer Node may add warnings to. */
function isQuiet(node, env) {
  const { stdout, stderr, status } = spawnSync(node, [`${root}dist/bin.cjs`, '--version'], { encoding: 'utf8', env });
  return status === 0 && stderr === '' && /^\d+\.\d+\.\d+\n$/.test(stdout);
}

function row(major) {
  const node = nodeOf(major);
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  // Tests and programs that say `node` get this one.
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  const results = PROJECTS.map((project) => {
    const report = join(scratch, `${major}-${project}.json`);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`, '--passWithNoTests'];
    const vitest = [`${root}node_modules/vitest/vitest.mjs`, 'run', '--project', project, ...reporters, ...files];
    const { status } = spawnSync(node, vitest, { cwd: root, env, stdio: 'inherit' });
    const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(readFileSync(report, 'utf8'));
    return { project, passed, failed: Math.max(failed, status === 0 ? 0 : 1) };
  });
  return { version, results, quiet: isQuiet(node, env) };
}

const rows = (majors.length === 0 ? MAJORS : majors).map(row);
rmSync(scratch, { recursive: true, force: true });
console.log(`\n| Node | ${PROJECTS.join(' | ')} | quiet |\n|---|${PROJECTS.map(() => '---|').join('')}---|`);
for (const { version, results, quiet } of rows)
  console.log(
    `| ${version} | ${results.map(({ passed, failed }) => `${passed} passed, ${failed} failed`).join(' | ')} | ${quiet ? 'yes' : 'NO'} |`,
  );
const failed = rows.filter(({ results, quiet }) => !quiet || results.some((one) => one.failed > 0));
console.log(`matrix ${failed.length === 0 ? 'met' : 'MISSED'}: ${rows.map(({ version }) => version).join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
