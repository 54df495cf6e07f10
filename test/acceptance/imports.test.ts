/** Other programs' files through MCP stdio: their scripts appear, start in order when ready, and what is odd in them is told. */
import { expect, test } from 'vitest';
import { type Session, world } from './harness.ts';

async function withFiles(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Session> {
  const place = await world();
  for (const [name, text] of Object.entries(files)) await place.write(name, text);
  return place.connect({ env });
}

const scriptsOf = async (session: Session): Promise<string[]> => {
  const { data } = await session.ok('detect');
  return (data['scripts'] as { name: string; source: string }[]).map(({ name, source }) => `${source} ${name}`);
};
const outputOf = async (session: Session, process_id: string): Promise<string[]> =>
  (await session.ok('proc', { action: 'output', process_id })).text.split('\n').slice(0, -1);

test('process-compose.yaml: what is depended on first, each as far as its condition says', async () => {
  const files = {
    '.env': 'FROM_FILE=file\nDTM_CALLER=file\n',
    'below/file': '',
    'process-compose.yaml': `environment: ["GREETING=hello"]
vars: { WHO: world }
processes:
  store:
    command: |
      echo opening
      echo "store is open"; sleep 600
    ready_log_line: store is open
    is_tty: false
  migrate:
    command: echo "migrated $$GREETING {{.WHO}}" '\${FROM_FILE} $OWN' $DTM_CALLER
    working_dir: \${BELOW}
    environment: ["OWN=$FROM_FILE."]
    depends_on: { store: { condition: process_log_ready } }
  api:
    command: sleep 600
    readiness_probe: { exec: { command: test -e ready-file }, period_seconds: 1 }
    depends_on:
      migrate: { condition: process_completed_successfully }
      touch: { condition: process_completed }
  touch: { command: "touch ready-file; exit 3" }
  broken: { command: sleep 1, depends_on: { api: { condition: process_lives } } }
`,
  };
  const session = await withFiles(files, { DTM_CALLER: 'caller', BELOW: 'below' });
  expect(await scriptsOf(session)).toEqual(
    ['store', 'migrate', 'api', 'touch', 'broken'].map((name) => `process-compose.yaml ${name}`),
  );
  const { data } = await session.ok('detect');
  expect(data['config']).toMatchObject({
    errors: [expect.stringMatching(/^processes\.broken\.depends_on\.api\.condition: "process_lives" is none of /)],
    autostart: [],
  });
  expect((await session.ok('run', { script_name: 'api' })).data).toMatchObject({
    waited: { for: 'ready', ok: true },
    dependencies: [
      { script_name: 'store', until: 'ready', state: 'running' },
      { script_name: 'migrate', until: 'completed', state: 'stopped' },
      { script_name: 'touch', until: 'ended', state: 'failed' },
    ],
  });
  expect(await outputOf(session, 'migrate')).toEqual(['migrated hello world file file. caller']);
});

test('Procfile: comments, a port, bad lines with their numbers', async () => {
  const session = await withFiles({
    Procfile: '# one a line\n\nweb: echo "port $PORT"\nworker: echo "args: $*"\n- no: process\nempty:\n',
  });
  expect(await scriptsOf(session)).toEqual(['Procfile web', 'Procfile worker']);
  expect((await session.ok('detect')).data['problems']).toEqual([
    'Procfile line 5: is no "name: command"',
    'Procfile line 6: is no "name: command"',
  ]);
  await session.ok('run', { script_name: 'web', wait_for: 'exit' });
  expect(await outputOf(session, 'web')).toEqual(['port 5000']);
});

test('.claude/launch.json: names with blanks, arguments, directory, port; a debugger is none', async () => {
  const launch = {
    version: '0.0.1',
    configurations: [
      {
        name: 'Next dev',
        runtimeExecutable: 'node',
        runtimeArgs: ['serve.js'],
        cwd: `$\{workspaceFolder}/web`,
        port: 4_999,
        env: { WORD: 'x y' },
      },
      { name: 'tool', program: `$\{workspaceFolder}/web/tool.js`, args: ['--fast', 'a b'] },
      { name: 'attach', type: 'node', request: 'attach', port: 9229 },
    ],
  };
  const session = await withFiles({
    '.claude/launch.json': JSON.stringify(launch),
    'web/serve.js': `console.log(process.env.PORT, process.env.WORD);require('http').createServer((q,r)=>r.end()).listen(0,function(){console.log('http://localhost:'+this.address().port)})`,
    'web/tool.js': 'console.log(JSON.stringify(process.argv.slice(2)))',
  });
  expect(await scriptsOf(session)).toEqual(['.claude/launch.json Next dev', '.claude/launch.json tool']);
  const { data } = await session.ok('run', { script_name: 'Next dev' });
  expect(data).toMatchObject({ process_id: 'Next-dev', ready: true, waited: { ok: true } });
  expect((await outputOf(session, 'Next-dev'))[0]).toBe('4999 x y');
  await session.ok('run', { script_name: 'tool', wait_for: 'exit' });
  expect(await outputOf(session, 'tool')).toEqual(['["--fast","a b"]']);
});

test('.agnt.kdl: a script with what it depends on, and the proxy that is tied to it', async () => {
  const session = await withFiles({
    '.agnt.kdl': `scripts {
  base { run "node serve.js; echo never" }
  dev {
    command "node"
    args "serve.js"
    env { WORD "from kdl" }
    depends-on "base"
  }
}
proxies {
  front { script "dev" }
}
`,
    'serve.js': `console.log(process.env.WORD);require('http').createServer((q,r)=>r.end()).listen(0,function(){console.log('http://localhost:'+this.address().port)})`,
  });
  expect(await scriptsOf(session)).toEqual(['.agnt.kdl base', '.agnt.kdl dev']);
  const { data } = await session.ok('run', { script_name: 'dev', wait_for: 'ready' });
  expect(data).toMatchObject({
    dependencies: [{ script_name: 'base', state: 'running' }],
    proxies: [{ id: 'front', url: expect.stringMatching(/^http:\/\/localhost:\d+\/$/), error: null }],
  });
  expect((await outputOf(session, 'dev'))[0]).toBe('from kdl');
});

test.each([
  ['process-compose.yml', 'processes:\n  a: [\n', /^line 3: /],
  ['.agnt.kdl', 'scripts {\n  a b=\n}', /^line 2: a value of b is missing$/],
  ['devtool-mcp.json', '{\n "scripts": {\n  "a": "x"\n  "b": "y" } }', /^line 4: a comma is missing$/],
])('%s that is broken is told by its line, and the rest of the project goes on', async (file, text, error) => {
  const session = await withFiles({ [file]: text, Makefile: 'hello:\n\t@echo hi\n' });
  const { data } = await session.ok('detect');
  expect(data['config']).toMatchObject({
    path: expect.stringMatching(new RegExp(`/${file.replace('.', '\\.')}$`)),
    errors: [expect.stringMatching(error)],
  });
  expect(await scriptsOf(session)).toContain('Makefile hello');
});
