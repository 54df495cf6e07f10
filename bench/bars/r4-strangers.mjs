// R4: no stranger is ever signalled: the suites of simulated and of real pid reuse, as `npm test` runs them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const suites = ['stranger', 'reuse'].map((name) => `test/process/os/${name}`);
const { stdout } = spawnSync(
  process.execPath,
  [`${root}node_modules/vitest/vitest.mjs`, 'run', '--project', 'unit', '--reporter=json', ...suites],
  {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  },
);
const { numPassedTests, numFailedTests, testResults } = JSON.parse(stdout.slice(stdout.indexOf('{')));
for (const { assertionResults } of testResults)
  for (const { status, title } of assertionResults) console.log(`${status}  ${title}`);
console.log(
  `R4: 120,000 simulated pid reuses and real ones, 0 wrong signals allowed: ${numPassedTests} checks passed, ${numFailedTests} failed`,
);
process.exitCode = numFailedTests === 0 && numPassedTests > 0 ? 0 : 1;
