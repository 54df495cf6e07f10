/** Other programs' config files, as they are written there. */
import { describe, expect, test } from 'vitest';
import { configOf, detectProject } from '../../src/project/detect.ts';
import { parseKdl } from '../../src/project/kdl.ts';
import { scriptCommand } from '../../src/project/script-command.ts';
import { expandVariables } from '../../src/project/variables.ts';
import { projectDirectory } from './project-directory.ts';

describe('.agnt.kdl', () => {
  test('scripts, proxies and what starts by itself', async () => {
    const agnt = `// my project
scripts {
    serve {
        run "python3 -m http.server 9500 && echo done"
        autostart true
    }
    dev {
        command "npm"
        args "run" "dev"
        env {
            NODE_ENV "development"
            PORT 3000
        }
        cwd "./web"
        url-matchers "(Local|Network):\\\\s*{url}"
        depends-on "serve" timeout=5
    }
    build auto-start=false
    "test:watch" auto-start=true
    /- gone { run "x" }
}
proxies {
    frontend { script "dev" }
    api {
        target "http://localhost:8080"
        autostart false
        max-log-size 2000
    }
    backend { port 4000; host "10.0.0.1" }
}
proxy "dev" { script "serve"; port-detect "auto"; fallback-port 3000 }
hooks { on-response { toast true } }
`;
    const path = projectDirectory({
      '.agnt.kdl': agnt,
      'package.json': { scripts: { 'test:watch': 'vitest', build: 'b' } },
    });
    const { config, scripts } = await detectProject(path);
    expect(config).toEqual({
      path: `${path}/.agnt.kdl`,
      errors: [],
      autostart: ['serve', 'test:watch'],
      depends_on: { dev: ['serve'] },
      proxies: [
        { id: 'frontend', process: 'dev', target_url: null, port: null, autostart: true },
        { id: 'api', process: null, target_url: 'http://localhost:8080', port: null, autostart: false },
        { id: 'backend', process: null, target_url: 'http://10.0.0.1:4000', port: null, autostart: true },
        { id: 'dev', process: 'serve', target_url: 'http://localhost:3000', port: null, autostart: true },
      ],
    });
    expect(configOf(path)?.proxies[1]?.max_log_size).toBe(2_000);
    expect(scripts.map(({ name, source }) => [name, source])).toEqual([
      ['serve', '.agnt.kdl'],
      ['dev', '.agnt.kdl'],
      ['build', 'package.json'],
      ['test:watch', 'package.json'],
    ]);
    expect(scriptCommand({ path }, 'serve')).toMatchObject({
      command: 'python3 -m http.server 9500 && echo done',
      shell: true,
    });
    expect(scriptCommand({ path }, 'dev')).toMatchObject({
      command: 'npm',
      args: ['run', 'dev'],
      env: { NODE_ENV: 'development', PORT: '3000' },
      cwd: `${path}/web`,
    });
  });

  test.each([
    ['scripts {\n  a {', 'at the end: } is missing'],
    ['scripts {\n  a b=\n}', 'line 2: a value of b is missing'],
    ['a "open', 'line 1: "\\"open" is no KDL'],
    ['x {'.repeat(40), 'line 1: nested too deeply'],
    ['scripts {\n  a { run "x" } b { run "y" }\n}', 'line 2: a new line or ; is missing'],
    ['scripts {\n  a { run "x" } { run "y" }\n}', 'line 2: a new line or ; is missing'],
  ])('what is broken is told by its line: %s', async (agnt, error) => {
    expect((await detectProject(projectDirectory({ '.agnt.kdl': agnt }))).config).toMatchObject({
      errors: [error],
      autostart: [],
    });
  });

  test('ours counts instead where there is one', async () => {
    const path = projectDirectory({
      '.agnt.kdl': 'scripts { a { run "x"; autostart true } }',
      'devtool-mcp.json': '{}',
    });
    expect((await detectProject(path)).config).toMatchObject({ path: `${path}/devtool-mcp.json`, autostart: [] });
  });
});

test.each([
  ['a 1 -2.5 1_000 "x y" #"r"w"# r"\\n" true #false null', [1, -2.5, 1000, 'x y', 'r"w', '\\n', true, false, null]],
  ['a "\\n\\t\\"\\u{41}" \\\n  b', ['\n\t"A', 'b']],
  ['a /* no */ b // end', ['b']],
  ['(type)a (u8)1', [1]],
  ['a /-b c', ['c']],
  ['a ./x/y.js', ['./x/y.js']],
  ['a 0x1F 0o17 0b1_1 0x', [31, 15, 3, '0x']],
  ['a """\n    one\n      two \\"x\\"\n\n    three\n    """ b', ['one\n  two "x"\n\nthree', 'b']],
  ['a #"""\n  \\n """ "\n  """#', ['\\n """ "']],
  ['a ""', ['']],
])('KDL: %s', (text, args) => {
  expect(parseKdl(text)[0]).toMatchObject({ name: 'a', args });
});

test('process-compose.yaml: conditions, probes, environment, restart', async () => {
  const compose = `version: "0.5"
environment: ["A=shared", "B=shared"]
processes:
  db:
    command: "postgres -D $DATA"
    availability: { restart: "on_failure", max_restarts: 3 }
    readiness_probe:
      exec: { command: "pg_isready" }
      period_seconds: 20
      failure_threshold: 5
  api:
    command: ./api
    working_dir: backend
    environment: ["B=own"]
    depends_on:
      db: { condition: process_healthy }
      migrate: { condition: process_completed_successfully }
      seed: { condition: process_completed }
      cache: { condition: process_started }
    readiness_probe:
      http_get: { host: localhost, port: 8080, path: /health, scheme: http }
  migrate: { command: make migrate, depends_on: { db: { condition: process_log_ready } } }
  seed: { entrypoint: [node, seed.js], namespace: data, is_tty: true }
  cache: { command: redis, ready_log_line: Ready to accept, disabled: true, availability: { restart: always } }
  broken: { description: nothing }
`;
  const path = projectDirectory({ 'process-compose.yaml': compose });
  const { config, scripts } = await detectProject(path);
  expect(config).toMatchObject({
    path: `${path}/process-compose.yaml`,
    errors: ['processes.broken: has no command'],
    autostart: [],
    depends_on: { api: ['db', 'migrate', 'seed', 'cache'], migrate: ['db'] },
  });
  expect(scripts.map(({ name }) => name)).toEqual(['db', 'api', 'migrate', 'seed', 'cache']);
  expect(scriptCommand({ path }, 'db')).toMatchObject({
    command: 'postgres -D $DATA',
    shell: true,
    env: { A: 'shared', B: 'shared', PC_PROC_NAME: 'db', PC_REPLICA_NUM: '0' },
    settings: { restart: 'on-failure', ready: { exec: 'pg_isready', timeout_ms: 100_000 } },
  });
  expect(scriptCommand({ path }, 'api')).toMatchObject({
    cwd: `${path}/backend`,
    env: { A: 'shared', B: 'own' },
    settings: {
      ready: { http: 'http://localhost:8080/health', timeout_ms: 30_000 },
      dependsOn: [
        { name: 'db', until: 'ready' },
        { name: 'migrate', until: 'completed' },
        { name: 'seed', until: 'ended' },
        { name: 'cache', until: 'started' },
      ],
    },
  });
  expect(scriptCommand({ path }, 'seed')).toMatchObject({
    command: 'node',
    args: ['seed.js'],
    settings: { tty: true, labels: { namespace: 'data' } },
  });
  expect(scriptCommand({ path }, 'cache')).toMatchObject({
    settings: { restart: 'always', ready: { text: 'Ready to accept' } },
  });
});

test('process-compose.yaml: dollars and templates, environment as an object, conditions that there are not', async () => {
  const compose = `vars: { PORT: 4040, WORD: shared }
environment: { A: yes, B: 2 }
processes:
  "my web":
    command: echo $$A {{.PORT}} {{ .WORD }}
    vars: { WORD: own }
    environment: ["C=$$x"]
    readiness_probe: { http_get: { host: 127.0.0.1, port: "404{{.PC_REPLICA_NUM}}" } }
  odd:
    command: echo {{ if .A }}x{{ end }}
    depends_on: { my web: { condition: process_lives } }
`;
  const path = projectDirectory({ 'process-compose.yaml': compose });
  expect((await detectProject(path)).config?.errors).toEqual([
    'processes.odd.command: {{ if .A }} is no template that is understood: of them {{.NAME}} of vars alone',
    'processes.odd.depends_on["my web"].condition: "process_lives" is none of process_healthy, process_log_ready, process_started, process_completed, process_completed_successfully',
  ]);
  expect(scriptCommand({ path }, 'my web')).toMatchObject({
    command: 'echo $$A 4040 own',
    env: { A: 'yes', B: '2', C: '$$x', PC_PROC_NAME: 'my web', PC_REPLICA_NUM: '0' },
    settings: { ready: { http: 'http://127.0.0.1:4040/' } },
  });
  const asWritten = 'disable_env_expansion: true\nprocesses: { a: { command: "echo $$" } }\n';
  const other = projectDirectory({ 'process-compose.yaml': asWritten });
  expect(scriptCommand({ path: other }, 'a')).toMatchObject({ command: 'echo $$', settings: { variables: null } });
});

test('process-compose.yaml: variables, those of .env too, and merge keys', async () => {
  const compose = `x-base: &base { command: "echo $WHO", environment: ["A=1"] }
processes:
  a: { <<: *base, readiness_probe: { http_get: { host: "\${HOST}", port: $PORT } } }
`;
  const path = projectDirectory({ 'process-compose.yaml': compose, '.env': 'WHO="you all" # here\nexport PORT=1\n' });
  expect((await detectProject(path)).config?.errors).toEqual([]);
  expect(scriptCommand({ path }, 'a', ['$1'])).toMatchObject({
    command: "echo $WHO '$$1'",
    env: { A: '1' },
    settings: { variables: { WHO: 'you all', PORT: '1' }, ready: { http: `http://\${HOST}:$PORT/` } },
  });
});

test.each([
  [`$A-\${A}_$A_ $$A`, 'a-a_ $A'],
  [`\${A:-x}$?$1$(A)$"`, '$(A)$"'],
  [`$constructor \${__proto__}`, ' '],
  ['$', '$'],
])('%s is expanded as Go does', (text, expected) => {
  expect(expandVariables(text, { A: 'a' })).toBe(expected);
});

test('in the own config file a dollar is a dollar', async () => {
  const own = { scripts: { a: { command: 'echo $A', shell: true, ready: { http: 'http://localhost:$PORT/' } } } };
  const path = projectDirectory({ 'devtool-mcp.json': JSON.stringify(own) });
  expect((await detectProject(path)).config?.errors).toEqual(['scripts.a.ready.http: invalid URL']);
  expect(scriptCommand({ path }, 'a')).toMatchObject({ settings: { variables: null, ready: null } });
});

test.each([
  ['process-compose.yaml', 'processes:\n  a:\n    command: x\n   b: 1\n', /^line 4: All mapping items must start/],
  ['devtool-mcp.json', '{\n "scripts": {\n  "a": "x"\n  "b": "y"\n }\n}', /^line 4: a comma is missing$/],
  ['devtool-mcp.json', '{"scripts": {"a": "x}}', /^line 1: a text has no closing quote$/],
])('%s: what is broken is told by its line', async (file, text, error) => {
  const { config } = await detectProject(projectDirectory({ [file]: text }));
  expect(config?.errors[0]).toMatch(error);
});

test.each([
  ['package.json', '{\n"name": "a"\n"x": 1}', 'package.json cannot be parsed: line 3: a comma is missing'],
  ['pyproject.toml', 'a = 1\nb =\n', 'pyproject.toml cannot be parsed: line 2: invalid value'],
  [
    '.claude/launch.json',
    '{\n"configurations": [\n{"name" "a"}]}',
    '.claude/launch.json cannot be parsed: line 3: a colon is missing',
  ],
])('%s: likewise', async (file, text, problem) => {
  expect((await detectProject(projectDirectory({ [file]: text }))).problems[0]).toBe(problem);
});

test('a process-compose file that is no YAML, or odd, is told', async () => {
  for (const text of ['a: [', 'processes: 3', '- x', 'processes: {a: 1}']) {
    const { config } = await detectProject(projectDirectory({ 'process-compose.yml': text }));
    expect(config?.autostart).toEqual([]);
  }
});
