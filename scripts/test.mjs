// The whole of `npm test`, from a fresh clone: set-up, checks, every test project; ends with the line `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'devtool-mcp-test-'));
const totals = { passed: 0, failed: 0 };
/** What failed, told once more at the end: of a long run, many keep only the last lines. */
const failures = [];

function run(name, args) {
  console.log(`\n== ${name}`);
  return spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

/** One check that is not a test suite: counts as one test. */
function step(name, args) {
  const ok = run(name, args);
  totals[ok ? 'passed' : 'failed'] += 1;
  if (!ok) failures.push(name);
  return ok;
}

/** The failures of one file, a few lines each. */
function failuresOfFile({ name, status, message, assertionResults }) {
  const file = relative(root, name);
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (failed.length === 0) return status === 'failed' ? [`${file}: ${firstLines(message)}`] : [];
  return failed.map((test) => `${file} > ${test.fullName}: ${firstLines(test.failureMessages.join('\n'))}`);
}

function firstLines(text) {
  return text.split('\n').slice(0, 12).join('\n  ');
}

function suite(project) {
  const report = join(scratch, `${project}.json`);
  const arguments_ = [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const ok = run(project, [join(root, 'node_modules/vitest/vitest.mjs'), ...arguments_]);
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    totals.passed += result.numPassedTests;
    // A file that fails to load has no tests of its own; it must not pass as silence.
    totals.failed += Math.max(result.numFailedTests, ok ? 0 : 1);
    failures.push(...result.testResults.flatMap(failuresOfFile));
  } catch {
    totals.failed += 1;
    failures.push(project);
  }
}

try {
  if (step('set-up', [join(root, 'scripts/setup.mjs')])) {
    step('types', [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit']);
    step('types of the page', [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'src/page')]);
    step('lint and format', [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']);
    step('imports', [join(root, 'scripts/check-imports.mjs')]);
    step('reference page', [join(root, 'scripts/docs.mjs'), '--check']);
    step('mutations', [join(root, 'scripts/mutants.mjs'), '--check']);
    for (const project of ['unit', 'model', 'stress', 'acceptance']) suite(project);
    if (step('Chromium', [join(root, 'scripts/chromium.mjs')])) suite('browser');
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

for (const failure of failures) console.log(`\nfailed: ${failure}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 ? 0 : 1;
