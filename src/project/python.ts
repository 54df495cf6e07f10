/** Python: pyproject.toml with the script tables of its tools, requirements, and the frameworks' usual commands. */
import { parse as parseToml } from 'smol-toml';
import type { Directory } from './directory.ts';
import { frameworksOf, PYTHON_FRAMEWORKS } from './frameworks.ts';
import { type Kind, program, type RunnableScript, record, text, texts, usual } from './project.ts';

const SOURCE = 'pyproject.toml';

export function detectPython(directory: Directory): Kind | null {
  const marks = [SOURCE, 'requirements.txt', 'setup.py', 'setup.cfg', 'Pipfile', 'manage.py'];
  if (!marks.some((name) => directory.has(name))) return null;
  const manifest = directory.parse(SOURCE, (toml) => record(parseToml(toml))) ?? {};
  const tool = record(manifest['tool']);
  const poetry = record(tool['poetry']);
  const manager = packageManager(directory, tool);
  const frameworks = frameworksOf(PYTHON_FRAMEWORKS, dependencies(directory, manifest, poetry, tool));
  return {
    type: 'python',
    name: text(record(manifest['project'])['name']) ?? text(poetry['name']),
    packageManager: manager,
    frameworks,
    scripts: [...ownScripts(manifest, tool, manager), ...usualScripts(directory, frameworks)],
    workspaces: texts(record(record(tool['uv'])['workspace'])['members']),
  };
}

function packageManager(directory: Directory, tool: Record<string, unknown>): string {
  const lock = [
    ['uv', 'uv.lock'],
    ['poetry', 'poetry.lock'],
    ['pdm', 'pdm.lock'],
    ['pipenv', 'Pipfile'],
  ].find(([, file = '']) => directory.has(file))?.[0];
  return lock ?? ['uv', 'poetry', 'pdm', 'hatch'].find((name) => name in tool) ?? 'pip';
}

/** Entry points are installed commands; tasks are lines for the shell that their tool runs by name. */
function ownScripts(
  manifest: Record<string, unknown>,
  tool: Record<string, unknown>,
  manager: string,
): RunnableScript[] {
  const installed = { ...record(record(manifest['project'])['scripts']), ...record(record(tool['poetry'])['scripts']) };
  const run = manager === 'uv' || manager === 'poetry' || manager === 'pdm' ? [manager, 'run'] : [];
  const entryPoints = Object.entries(installed).map(([name, target]): RunnableScript => {
    const [command = name, ...args] = [...run, name];
    return { name, command: lineOf(target), source: SOURCE, invocation: program(command, ...args) };
  });
  const tasks = (table: unknown, command: string, ...args: string[]) =>
    Object.entries(record(table)).map(
      ([name, task]): RunnableScript => ({
        name,
        command: lineOf(task),
        source: SOURCE,
        invocation: program(command, ...args, name),
      }),
    );
  return [
    ...entryPoints,
    ...tasks(record(tool['pdm'])['scripts'], 'pdm', 'run'),
    ...tasks(record(record(record(record(tool['hatch'])['envs'])['default']))['scripts'], 'hatch', 'run'),
    ...tasks(record(tool['taskipy'])['tasks'], 'task'),
    ...Object.entries(record(record(tool['poe'])['tasks'])).map(
      ([name, task]): RunnableScript => ({
        name,
        command: lineOf(task),
        source: SOURCE,
        invocation: program('poe', name),
      }),
    ),
  ];
}

function lineOf(task: unknown): string {
  if (typeof task === 'string') return task;
  if (Array.isArray(task)) return texts(task).join(' && ');
  return text(record(task)['cmd']) ?? text(record(task)['shell']) ?? '';
}

function usualScripts(directory: Directory, frameworks: readonly string[]): RunnableScript[] {
  const module = ['main', 'app', 'server'].find((name) => directory.has(`${name}.py`)) ?? 'main';
  const scripts: RunnableScript[] = [];
  if (directory.has('manage.py')) scripts.push(usual('runserver', 'python manage.py runserver'));
  if (frameworks.includes('fastapi')) scripts.push(usual('serve', `uvicorn ${module}:app --reload`));
  if (frameworks.includes('flask')) scripts.push(usual('serve', 'flask run'));
  if (frameworks.includes('streamlit')) scripts.push(usual('serve', `streamlit run ${module}.py`));
  scripts.push(usual('test', 'python -m pytest'));
  if (frameworks.includes('ruff') || directory.has('ruff.toml')) scripts.push(usual('lint', 'ruff check .'));
  return scripts;
}

function dependencies(
  directory: Directory,
  manifest: Record<string, unknown>,
  poetry: Record<string, unknown>,
  tool: Record<string, unknown>,
): string[] {
  const requirements = (directory.read('requirements.txt') ?? '').split('\n');
  const project = record(manifest['project']);
  const listed = [
    ...requirements,
    ...texts(project['dependencies']),
    ...Object.values(record(project['optional-dependencies'])).flatMap(texts),
  ];
  const names = listed.map((requirement) => /^[A-Za-z0-9._-]+/.exec(requirement.trim())?.[0] ?? '');
  return [...names, ...Object.keys(record(poetry['dependencies'])), ...Object.keys(tool)];
}
