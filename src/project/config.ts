/** The config file that holds for a directory: its own, or that of the nearest directory above. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { configOfAgnt } from './agnt.ts';
import { type CheckedConfig, checkConfig } from './config-check.ts';
import type { ConfigFile } from './config-schema.ts';
import { type Directory, openDirectory } from './directory.ts';
import { parseYaml, readJsonc } from './formats.ts';
import { configOfProcessCompose } from './process-compose.ts';
import type { Variables } from './variables.ts';

export const CONFIG_FILE = 'devtool-mcp.json';
/** A project is not nested more deeply; what is above a repository is another's. */
const MOST_LEVELS = 16;
const LONGEST_REASON = 200;

export interface FoundConfig extends CheckedConfig {
  /** Where its file is: what it says of directories is seen from there. */
  readonly directory: Directory;
  /** From there: `devtool-mcp.json`, or another program's that we understand. */
  readonly file: string;
  /** What `$NAME` in it is expanded from, beneath the environment; null where it is not. */
  readonly variables: Variables | null;
}

/** What the config file that holds for a directory says of itself, without a look at the project's scripts; nothing where there is none. */
export const configFileOf = (path: string): ConfigFile => findConfig(openDirectory(path))?.value ?? {};

/** Null where there is none. */
export function findConfig(from: Directory): FoundConfig | null {
  let directory = from;
  for (let level = 0; level < MOST_LEVELS; level++) {
    const found = configIn(directory, from.path);
    if (found !== null) return found;
    const above = dirname(directory.path);
    if (directory.has('.git') || directory.isDirectory('.git') || dirname(above) === above) return null;
    directory = openDirectory(above);
  }
  return null;
}

/** Others' files count where there is none of ours. */
const FORMATS: readonly (readonly [file: string, read: (text: string) => Readable])[] = [
  [CONFIG_FILE, readJsonc],
  ['.agnt.kdl', (text) => parsed(text, (kdl) => ({ value: configOfAgnt(kdl), errors: [] }))],
  ...['process-compose.yaml', 'process-compose.yml'].map(
    (file) => [file, (text: string) => parsed(text, (yaml) => configOfProcessCompose(parseYaml(yaml)))] as const,
  ),
];

/** Undefined where nothing of it can be understood. */
interface Readable {
  readonly value: unknown;
  readonly errors: readonly string[];
  readonly expands?: boolean;
}

function configIn(directory: Directory, from: string): FoundConfig | null {
  const format = FORMATS.find(([file]) => directory.has(file));
  if (format === undefined) return null;
  const [file, read] = format;
  if (directory.path !== from && !isOurs(join(directory.path, file), from)) return null;
  const source = directory.read(file);
  if (source === null) return { directory, file, value: {}, errors: ['cannot be read'], variables: null };
  const { value, errors: syntax, expands = false } = read(source);
  const variables = expands ? dotenvOf(directory) : null;
  const checked = value === undefined ? { value: {}, errors: [] } : checkConfig(value);
  return { directory, file, value: checked.value, errors: [...syntax, ...checked.errors], variables };
}

/** As process-compose reads it, which lets the environment win. */
function dotenvOf(directory: Directory): Variables {
  const entries = Object.entries(parseEnv(directory.read('.env') ?? ''));
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function parsed(text: string, parse: (text: string) => Readable): Readable {
  try {
    return parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { value: undefined, errors: [(message.split('\n')[0] ?? '').slice(0, LONGEST_REASON)] };
  }
}

/** A file that another user has put above us, as into a folder for everybody, is none of ours. */
function isOurs(file: string, from: string): boolean {
  try {
    return [process.getuid?.() ?? 0, statSync(from).uid].includes(statSync(file).uid);
  } catch {
    return false;
  }
}
