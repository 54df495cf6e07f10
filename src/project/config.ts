/** `devtool-mcp.json` of a project (JSONC): its scripts, and what is wrong with it. */
import { join } from 'node:path';
import type { Directory } from './directory.ts';
import { readJsonc } from './formats.ts';
import { type ProjectConfig, program, type RunnableScript, scriptOf, shellLine } from './project.ts';
import { isRecord, record, text, textEntries, texts } from './values.ts';

export const CONFIG_FILE = 'devtool-mcp.json';
const KEYS = ['$schema', 'scripts'];
const SCRIPT_KEYS = ['command', 'args', 'shell', 'cwd', 'env'];
/** A file of noise is wrong in more ways than anyone reads. */
const MOST_ERRORS = 20;

export interface ReadConfig {
  readonly config: ProjectConfig;
  readonly scripts: readonly RunnableScript[];
}

/** Null where there is no such file. A wrong key is named, and costs nothing but itself. */
export function readConfig(directory: Directory): ReadConfig | null {
  if (!directory.has(CONFIG_FILE)) return null;
  const path = join(directory.path, CONFIG_FILE);
  const source = directory.read(CONFIG_FILE);
  if (source === null) return { config: { path, errors: ['cannot be read'] }, scripts: [] };
  const { value, errors: syntax } = readJsonc(source);
  const errors = [...syntax];
  if (value !== undefined && !isRecord(value)) errors.push('the file must hold an object');
  for (const key of Object.keys(record(value)))
    if (!KEYS.includes(key)) errors.push(`${key}: unknown key; known: ${KEYS.join(', ')}`);
  const given = record(value)['scripts'];
  if (given !== undefined && !isRecord(given)) errors.push('scripts: must be an object of names and commands');
  const scripts = Object.entries(record(given)).flatMap(([name, script]) => {
    const problem = problemOf(script);
    if (problem !== null) errors.push(`scripts.${name}: ${problem}`);
    return problem === null ? [configScript(name, script)] : [];
  });
  return { config: { path, errors: errors.slice(0, MOST_ERRORS) }, scripts };
}

function problemOf(given: unknown): string | null {
  if (typeof given === 'string') return given.trim() === '' ? 'must not be empty' : null;
  if (!isRecord(given)) return 'must be a command line or an object';
  const unknown = Object.keys(given).find((key) => !SCRIPT_KEYS.includes(key));
  if (unknown !== undefined) return `${unknown} is unknown; known: ${SCRIPT_KEYS.join(', ')}`;
  if (text(given['command']) === null) return 'command is missing';
  return wrongType(given);
}

function wrongType({ args, shell, cwd, env }: Record<string, unknown>): string | null {
  if (args !== undefined && !(Array.isArray(args) && texts(args).length === args.length))
    return 'args must be a list of texts';
  if (shell !== undefined && typeof shell !== 'boolean') return 'shell must be true or false';
  if (shell === true && texts(args).length > 0) return 'args and shell exclude each other: write them into command';
  if (cwd !== undefined && text(cwd) === null) return 'cwd must be a directory';
  const isEnv = isRecord(env) && textEntries(env).length === Object.keys(env).length;
  return env === undefined || isEnv ? null : 'env must be an object of texts';
}

/** A text is a line for the shell, as in package.json. */
function configScript(name: string, given: unknown): RunnableScript {
  if (typeof given === 'string') return scriptOf(name, given, CONFIG_FILE, shellLine(given));
  const fields = record(given);
  const command = text(fields['command']) ?? '';
  const args = texts(fields['args']);
  const invocation = {
    ...program(command, ...args),
    shell: fields['shell'] === true,
    cwd: text(fields['cwd']),
    env: Object.fromEntries(textEntries(fields['env'])),
  };
  return scriptOf(name, [command, ...args].join(' '), CONFIG_FILE, invocation);
}
