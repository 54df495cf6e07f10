// The official conformance suite over loopback HTTP, with the product's guards: every scenario that a revision requires against the
// suite's fixtures behind our door, and those that need no fixture against the product itself. `npm run conformance`; a Node other than
// this one for the servers: `npm run conformance -- --node=PATH`. The suite itself needs Node 22, which is installed beside it.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { scratchWith } from './scratch.mjs';

const SUITE = ['node@22', '@modelcontextprotocol/conformance@0.2.0-alpha.12'];
const root = fileURLToPath(new URL('..', import.meta.url));
const node = process.argv.find((word) => word.startsWith('--node='))?.slice('--node='.length) ?? process.execPath;

/** So many scenarios each revision requires, as of this suite. */
const REQUIRED = { '2025-11-25': 30, '2026-07-28': 37 };
/** What the product itself can be asked, which has none of the suite's tools. */
const GENERIC = {
  '2025-11-25': [
    'server-initialize',
    'server-session-lifecycle',
    'ping',
    'tools-list',
    'resources-list',
    'resources-subscribe',
    'resources-unsubscribe',
    'prompts-list',
    'server-sse-multiple-streams',
    'dns-rebinding-protection',
  ],
  '2026-07-28': [
    'server-stateless',
    'tools-list',
    'resources-list',
    'prompts-list',
    'sep-2164-resource-not-found',
    'caching',
    'http-header-validation',
    'server-sse-multiple-streams',
    'input-required-result-unsupported-methods',
    'dns-rebinding-protection',
  ],
};
/** Checks that call a tool of the suite's own, and say "not testable" where there is none: the fixture has them, and passes. */
const NEEDS_FIXTURE = new Set([
  'sep-2575-server-rejects-undeclared-capability',
  'sep-2575-missing-capability-http-400',
  'sep-2575-http-server-no-independent-requests-on-stream',
  'sep-2575-server-no-log-without-loglevel',
]);

const suite = scratchWith('conformance', SUITE);
copyFileSync(`${root}test/conformance/authorize.mjs`, `${suite}authorize.mjs`);
const scratch = mkdtempSync(join(tmpdir(), 'dtm-conformance-'));

/** The suite against `server`; its checks, by scenario. */
async function checks({ url, token }, words) {
  const output = mkdtempSync(join(scratch, 'out-'));
  const program = [`${suite}node_modules/@modelcontextprotocol/conformance/dist/index.js`, 'server', '--url', url];
  await new Promise((resolve) => {
    execFile(
      `${suite}node_modules/node/bin/node`,
      ['--import', `${suite}authorize.mjs`, ...program, ...words, '--output-dir', output],
      { cwd: suite, env: { ...process.env, CONFORMANCE_TOKEN: token }, maxBuffer: 2 ** 26 },
      // What it found is in its files, whatever its exit code.
      () => resolve(),
    );
  });
  return readdirSync(output).map((name) => ({
    scenario: name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, ''),
    checks: JSON.parse(readFileSync(join(output, name, 'checks.json'), 'utf8')),
  }));
}

async function fixture() {
  const program = join(scratch, 'fixture.mjs');
  await build({
    entryPoints: [`${root}test/conformance/server.ts`],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  const token = randomBytes(32).toString('base64url');
  const child = spawn(node, [program, token], { stdio: ['pipe', 'pipe', 'inherit'] });
  const url = await firstLine(child.stdout, /^(http:.*)$/);
  return { url, token, end: () => ended(child, () => child.stdin.end()) };
}

async function product() {
  const home = join(scratch, 'home');
  const child = spawn(node, [`${root}dist/bin.cjs`, 'daemon', 'run', '--http=0'], {
    cwd: scratch,
    env: { ...process.env, DEVTOOL_MCP_HOME: home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = await firstLine(child.stderr, /MCP over HTTP at (\S+);/);
  const token = readFileSync(join(home, 'state/http-token'), 'utf8').trim();
  return { url, token, end: () => ended(child, () => child.kill('SIGTERM')) };
}

function ended(child, end) {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  end();
  return gone;
}

async function firstLine(stream, pattern) {
  for await (const line of createInterface({ input: stream })) {
    const found = pattern.exec(line)?.[1];
    if (found === undefined) continue;
    stream.resume();
    return found;
  }
  throw new Error('the server has ended');
}

let failures = 0;
/** One line of the report. */
function tell(what, revision, results, expected) {
  const all = results.flatMap(({ scenario, checks: some }) => some.map((check) => ({ scenario, ...check })));
  const aside =
    what === 'product'
      ? all.filter(({ id, errorMessage }) => NEEDS_FIXTURE.has(id) && /^Not testable/.test(errorMessage))
      : [];
  const counted = all.filter((check) => !aside.includes(check));
  const by = (status) => counted.filter((check) => check.status === status);
  const bad = [...by('FAILURE'), ...by('WARNING')];
  for (const { scenario, id, status, errorMessage } of bad)
    console.log(`  ${status} ${scenario} ${id}: ${errorMessage}`);
  const wrong = new Set(bad.map(({ scenario }) => scenario)).size;
  const whole = results.length >= expected;
  if (!whole || by('FAILURE').length > 0 || all.length === 0) failures += 1;
  const wire = counted.filter(({ id }) => id === 'wire-schema-valid');
  console.log(
    `${what.padEnd(8)} ${revision}: ${results.length - wrong} of ${expected} scenarios, ${by('SUCCESS').length} checks passed, ` +
      `${by('FAILURE').length} failed, ${by('WARNING').length} warned; wire-schema-valid ${wire.filter(({ status }) => status === 'SUCCESS').length} of ${wire.length}` +
      (aside.length === 0 ? '' : `; ${aside.length} not testable without the suite's tools`),
  );
}

try {
  for (const revision of Object.keys(REQUIRED)) {
    const server = await fixture();
    try {
      const results = await checks(server, ['--requirements', revision]);
      const required = requiredBy(revision);
      tell(
        'fixture',
        revision,
        results.filter(({ scenario }) => required.has(scenario)),
        REQUIRED[revision],
      );
    } finally {
      await server.end();
    }
  }
  const server = await product();
  try {
    for (const [revision, scenarios] of Object.entries(GENERIC)) {
      const results = [];
      for (const scenario of scenarios)
        results.push(...(await checks(server, ['--scenario', scenario, '--spec-version', revision])));
      tell('product', revision, results, scenarios.length);
    }
  } finally {
    await server.end();
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(
  `conformance ${failures === 0 ? 'met' : 'MISSED'}: servers on ${node === process.execPath ? process.version : node}`,
);
process.exitCode = failures === 0 ? 0 : 1;

/** Scenarios that the suite itself lists as required of a server. */
function requiredBy(revision) {
  const file = `${suite}node_modules/@modelcontextprotocol/conformance/requirements/${revision}.yaml`;
  const [, list = ''] = /^server:\n((?: {2}- .*\n)+)/m.exec(readFileSync(file, 'utf8')) ?? [];
  return new Set([...list.matchAll(/- (\S+)/g)].map(([, name]) => name));
}
