/** Python: pyproject.toml with the script tables of its tools, requirements, and the frameworks' usual commands. */
import { type Directory, firstPresent } from './directory.ts';
import { parseToml } from './formats.ts';
import { frameworksOf, PYTHON_FRAMEWORKS } from './frameworks.ts';
import { type Kind, kindOf, program, type RunnableScript, scriptOf, usual } from './project.ts';
import { scriptTable } from './script-table.ts';
import { isRecord, joined, record, recordAt, text, texts } from './values.ts';

type Fields = Readonly<Record<string, unknown>>;

const SOURCE = 'pyproject.toml';
const MARKS = [SOURCE, 'requirements.txt', 'setup.py', 'setup.cfg', 'Pipfile', 'manage.py'];
/** Programs of a virtual environment's own; relative ones count from the project. */
const INTERPRETERS = ['.venv/bin/python', 'venv/bin/python', '.venv/Scripts/python.exe', 'venv/Scripts/python.exe'];

export function detectPython(directory: Directory): Kind | null {
  if (firstPresent(directory, MARKS) === null) return null;
  const manifest = directory.parse(SOURCE, parseToml) ?? {};
  const tool = record(manifest['tool']);
  const run = runner(directory, tool);
  const frameworks = frameworksOf(PYTHON_FRAMEWORKS, dependencies(directory, manifest));
  return kindOf('python', {
    name: text(recordAt(manifest, 'project')['name']) ?? text(recordAt(tool, 'poetry')['name']),
    frameworks,
    scripts: [...ownScripts(manifest, run), ...pipfileScripts(directory), ...usualScripts(directory, frameworks, run)],
    workspaces: texts(recordAt(tool, 'uv', 'workspace')['members']),
  });
}

/** `uv run` and its like, by lock file, then by the table in pyproject.toml; none where the environment is the caller's. */
function runner(directory: Directory, tool: Fields): readonly string[] {
  const locks = { uv: 'uv.lock', poetry: 'poetry.lock', pdm: 'pdm.lock', pipenv: 'Pipfile' };
  const byLock = Object.entries(locks).find(([, file]) => directory.has(file))?.[0];
  const manager = byLock ?? ['uv', 'poetry', 'pdm'].find((name) => name in tool);
  return manager === undefined ? [] : [manager, 'run'];
}

/** Entry points are installed commands; tasks are what their tool runs by name. Names with `_` are private to their tables. */
function ownScripts(manifest: Fields, run: readonly string[]): RunnableScript[] {
  const tool = record(manifest['tool']);
  const table = (tasks: unknown, ...words: readonly string[]): RunnableScript[] =>
    Object.entries(record(tasks))
      .filter(([name]) => !name.startsWith('_'))
      .map(([name, task]) => {
        const [command = name, ...args] = [...words, name];
        return scriptOf(name, lineOf(task) || [command, ...args].join(' '), SOURCE, program(command, ...args));
      });
  const environments = Object.keys(recordAt(tool, 'hatch', 'envs'));
  return [
    ...table(recordAt(manifest, 'project', 'scripts'), ...run),
    ...table(recordAt(tool, 'poetry', 'scripts'), ...run),
    ...table(recordAt(tool, 'pdm', 'scripts'), 'pdm', 'run'),
    ...environments.flatMap((name) => hatchScripts(name, recordAt(tool, 'hatch', 'envs', name, 'scripts'))),
    ...table(recordAt(tool, 'poe', 'tasks'), ...run, 'poe'),
    ...table(recordAt(tool, 'taskipy', 'tasks'), ...run, 'task'),
    ...table(recordAt(tool, 'pixi', 'tasks'), 'pixi', 'run'),
  ];
}

/** Scripts of an environment other than the default are named with it: `test:cov`. */
const hatchScripts = (environment: string, scripts: Fields): RunnableScript[] =>
  Object.entries(scripts).map(([script, task]) => {
    const name = environment === 'default' ? script : `${environment}:${script}`;
    return scriptOf(name, lineOf(task), SOURCE, program('hatch', 'run', name));
  });

/** A task is a line, a list of them, or a table with the line under one of these names. */
function lineOf(task: unknown): string {
  if (!isRecord(task)) return joined(task);
  const key = ['cmd', 'shell', 'composite', 'sequence', 'script', 'call', 'callable'].find((name) => name in task);
  return key === undefined ? '' : joined(task[key]);
}

function usualScripts(directory: Directory, frameworks: readonly string[], run: readonly string[]): RunnableScript[] {
  const python = run.length > 0 ? [...run, 'python'].join(' ') : (firstPresent(directory, INTERPRETERS) ?? 'python3');
  const file = firstPresent(directory, ['main.py', 'app.py', 'server.py', 'app/main.py', 'src/main.py']) ?? 'main.py';
  const module = file.replace(/\.py$/, '').replaceAll('/', '.');
  const scripts: RunnableScript[] = [];
  if (directory.has('manage.py')) scripts.push(usual('runserver', `${python} manage.py runserver`));
  if (frameworks.includes('fastapi')) scripts.push(usual('serve', `${python} -m uvicorn ${module}:app --reload`));
  else if (frameworks.includes('flask')) scripts.push(usual('serve', `${python} -m flask run`));
  else if (frameworks.includes('streamlit')) scripts.push(usual('serve', `${python} -m streamlit run ${file}`));
  const django = directory.has('manage.py') && !frameworks.includes('pytest');
  scripts.push(usual('test', django ? `${python} manage.py test` : `${python} -m pytest`));
  if (frameworks.includes('ruff') || directory.has('ruff.toml')) scripts.push(usual('lint', 'ruff check .'));
  return scripts;
}

/** Names of packages and of tools, wherever they are declared. */
function dependencies(directory: Directory, manifest: Fields): string[] {
  const tool = record(manifest['tool']);
  const project = record(manifest['project']);
  const listed = [
    ...directory.lines('requirements.txt'),
    ...texts(project['dependencies']),
    ...Object.values(record(project['optional-dependencies'])).flatMap(texts),
    ...Object.values(record(manifest['dependency-groups'])).flatMap(texts),
    ...texts(recordAt(tool, 'uv')['dev-dependencies']),
  ];
  const names = listed.map((requirement) => /^[A-Za-z0-9._-]+/.exec(requirement.trim())?.[0] ?? '');
  const groups = Object.values(recordAt(tool, 'poetry', 'group')).flatMap((group) => packages(group));
  return [...names, ...packages(tool['poetry']), ...groups, ...pipenv(directory), ...Object.keys(tool)];
}

/** `[scripts]`: a line for each, or a table with `call`, a function. */
const pipfileScripts = (directory: Directory): RunnableScript[] =>
  Object.entries(scriptTable(directory, 'Pipfile scripts', pipfileOf(directory)['scripts'])).map(([name, task]) =>
    scriptOf(name, lineOf(task) || `pipenv run ${name}`, 'Pipfile', program('pipenv', 'run', name)),
  );

const packages = (table: unknown): string[] => Object.keys(recordAt(table, 'dependencies'));

function pipenv(directory: Directory): string[] {
  const pipfile = pipfileOf(directory);
  return Object.keys({ ...record(pipfile['packages']), ...record(pipfile['dev-packages']) });
}

const pipfileOf = (directory: Directory): Fields => directory.parse('Pipfile', parseToml) ?? {};
