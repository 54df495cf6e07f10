/** The config file that holds for a directory: its own, or that of the nearest directory above. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CheckedConfig, checkConfig } from './config-check.ts';
import type { ConfigFile } from './config-schema.ts';
import { type Directory, openDirectory } from './directory.ts';
import { readJsonc } from './formats.ts';

export const CONFIG_FILE = 'devtool-mcp.json';
/** A project is not nested more deeply; what is above a repository is another's. */
const MOST_LEVELS = 16;

export interface FoundConfig extends CheckedConfig {
  /** Where its file is: what it says of directories is seen from there. */
  readonly directory: Directory;
  /** From there: `devtool-mcp.json`. */
  readonly file: string;
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

function configIn(directory: Directory, from: string): FoundConfig | null {
  if (!directory.has(CONFIG_FILE)) return null;
  if (directory.path !== from && !isOurs(join(directory.path, CONFIG_FILE), from)) return null;
  const source = directory.read(CONFIG_FILE);
  if (source === null) return { directory, file: CONFIG_FILE, value: {}, errors: ['cannot be read'] };
  const { value, errors: syntax } = readJsonc(source);
  const checked = value === undefined ? { value: {}, errors: [] } : checkConfig(value);
  return { directory, file: CONFIG_FILE, value: checked.value, errors: [...syntax, ...checked.errors] };
}

/** A file that another user has put above us, as into a folder for everybody, is none of ours. */
function isOurs(file: string, from: string): boolean {
  try {
    return [process.getuid?.() ?? 0, statSync(from).uid].includes(statSync(file).uid);
  } catch {
    return false;
  }
}
