/**
 * Every command in the documents, run as it stands there: each `sh` block of README.md and docs, line by line. What cannot end here is
 * named below with the test that runs it; a document with tests of its own says so in a comment, `<!-- commands: test/… -->`.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BIN, ownEnvironment, ROOT, world } from './harness.ts';

/** A project's dev server. */
const SERVER = `import { createServer } from 'node:http';
const server = createServer((_, response) => response.end('ok')).listen(0, () => console.log('http://localhost:' + server.address().port));`;

/** Command → what runs it. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm start': 'test/acceptance/up.test.ts',
  'npm test': 'scripts/test.mjs',
  'devtool-mcp daemon run --http': 'test/acceptance/http.test.ts',
  'devtool-mcp up': 'test/acceptance/up.test.ts',
  'devtool-mcp up . script=dev --no-proxy': 'test/acceptance/up.test.ts',
  'devtool-mcp watch': 'test/acceptance/watch.test.ts',
  'devtool-mcp watch kinds=crash,5xx,page since=10m --json': 'test/acceptance/watch.test.ts',
  // Tells what is wrong with the machine, too.
  'devtool-mcp doctor': 'test/acceptance/doctor.test.ts',
  'devtool-mcp doctor --json': 'test/acceptance/doctor.test.ts',
  // Of bash alone.
  'source <(devtool-mcp completion bash)': 'test/acceptance/completion.test.ts',
};

const documents = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)]
  .filter((path) => path.endsWith('.md'))
  .map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const blocks = [...text.matchAll(/^```(?:sh|bash|console|shell)\n([\s\S]*?)^```/gm)];
    const lines = blocks.flatMap(([, block = '']) => block.split('\n'));
    return {
      path,
      ownTest: /<!-- commands: (\S+) -->/.exec(text)?.[1],
      commands: lines
        .map((line) => line.replace(/\s+#.*$/, '').trim())
        .filter((line) => line !== '' && !line.startsWith('#')),
    };
  })
  .filter(({ commands }) => commands.length > 0);

test('README has commands, and what runs elsewhere is in some document', () => {
  expect(documents.map(({ path }) => path)).toContain('README.md');
  const all = documents.flatMap(({ commands }) => commands);
  for (const [command, where] of Object.entries(ELSEWHERE)) {
    expect(all, command).toContain(command);
    expect(existsSync(join(ROOT, where)), where).toBe(true);
  }
});

const own = documents.flatMap(({ path, ownTest }) => (ownTest === undefined ? [] : [{ path, ownTest }]));
for (const { path, ownTest } of own)
  test(`the commands of ${path} are run by ${ownTest}`, () => expect(existsSync(join(ROOT, ownTest))).toBe(true));

const run = documents
  .filter(({ ownTest }) => ownTest === undefined)
  .map(({ path, commands }) => ({ path, here: commands.filter((command) => !(command in ELSEWHERE)) }))
  .filter(({ here }) => here.length > 0);

describe.each(run)('$path', ({ here }) => {
  test.runIf(here.length > 0)(
    'every command of it ends well, one after the other',
    async () => {
      const { home, connect, project, write } = await world();
      await write('package.json', JSON.stringify({ scripts: { dev: 'node server.mjs' } }));
      await write('server.mjs', SERVER);
      const bin = join(home, '..', 'bin');
      mkdirSync(bin);
      writeFileSync(join(bin, 'devtool-mcp'), `#!/bin/sh\nexec node ${BIN} "$@"\n`);
      chmodSync(join(bin, 'devtool-mcp'), 0o755);
      const env: Record<string, string> = { ...ownEnvironment(), DEVTOOL_MCP_HOME: home };
      for (const command of here) {
        const cwd = command.startsWith('node dist/') ? ROOT : project;
        const { status, stderr } = spawnSync('sh', ['-c', command], {
          cwd,
          env: { ...env, PATH: `${bin}${delimiter}${env['PATH']}` },
          encoding: 'utf8',
          timeout: 60_000,
        });
        expect({ command, status, stderr: status === 0 ? '' : stderr }).toEqual({ command, status: 0, stderr: '' });
      }
      // For the end of the daemon that the last one may have left.
      await connect();
    },
    240_000,
  );
});
