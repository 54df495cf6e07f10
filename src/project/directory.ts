/** A project directory as detection reads it: small text files, never more, never failing. */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A manifest is never this large; what is larger is not read. */
const MOST_BYTES = 1_048_576;
const LONGEST_REASON = 200;

export interface Directory {
  readonly path: string;
  /** Something other than a directory has this name. A loop of links is something: `read` will say so. */
  has(name: string): boolean;
  isDirectory(name: string): boolean;
  /** The real path of a directory below, whatever links lead there; null when it is none. */
  realPath(name: string): string | null;
  /** Text of a file; null when it is missing, no file, or cannot be read, which `problems` then tells. */
  read(name: string): string | null;
  /** Lines of a file, without their ends; none where `read` answers null. */
  lines(name: string): readonly string[];
  /** What `parse` makes of a file; null as above, or when it throws. */
  parse<Value>(name: string, parse: (text: string) => Value): Value | null;
  /** Names in the directory, or in one below it, sorted. */
  names(below?: string): readonly string[];
  /** Notes what is wrong with a file. */
  problem(text: string): void;
  /** What could not be read or parsed, in words. */
  readonly problems: readonly string[];
}

export function openDirectory(path: string): Directory {
  const problems = new Set<string>();
  const closed = refusalOf(path);
  if (closed !== null) problems.add(`. cannot be entered (${closed})`);
  const read = (name: string): string | null => {
    const result = readSmall(join(path, name));
    if (result.problem !== null && closed === null) problems.add(`${name} ${result.problem}`);
    return result.text;
  };
  return {
    path,
    get problems() {
      return [...problems];
    },
    problem: (text) => void problems.add(text),
    has: (name) => isThere(join(path, name)),
    isDirectory: (name) => isDirectory(join(path, name)),
    realPath: (name) => realPathOf(join(path, name)),
    read,
    lines: (name) => read(name)?.split(/\r?\n/) ?? [],
    parse(name, parse) {
      const text = read(name);
      if (text === null) return null;
      try {
        return parse(text);
      } catch (error) {
        problems.add(`${name} cannot be parsed: ${reasonOf(error)}`);
        return null;
      }
    },
    names(below = '.') {
      try {
        return readdirSync(join(path, below)).sort();
      } catch (error) {
        const code = codeOf(error);
        if (!ABSENT.has(code)) problems.add(`${below} cannot be listed (${code})`);
        return [];
      }
    },
  };
}

/** The first of `names` that the directory has. */
export const firstPresent = (directory: Directory, names: readonly string[]): string | null =>
  names.find((name) => directory.has(name)) ?? null;

/** First line of an error's message, cut. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').slice(0, LONGEST_REASON);
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : reasonOf(error);

/** Of what is not there, or is no directory. */
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

/** Why nothing in a directory can be looked at; null where it can. */
function refusalOf(path: string): string | null {
  try {
    statSync(`${path}/.`);
    return null;
  } catch (error) {
    const code = codeOf(error);
    return ABSENT.has(code) ? null : code;
  }
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
  } catch (error) {
    return codeOf(error) === 'ELOOP';
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

function realPathOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

type Small = { readonly text: string | null; readonly problem: string | null };

function readSmall(path: string): Small {
  let file: number;
  try {
    // A named pipe must not hold us up.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    return { text: null, problem: ABSENT.has(code) ? null : `cannot be read (${code})` };
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return { text: null, problem: 'is no regular file' };
    if (stat.size > MOST_BYTES) return { text: null, problem: `has ${stat.size} bytes, more than are read` };
    const buffer = Buffer.alloc(stat.size);
    const bytes = buffer.subarray(0, readSync(file, buffer, 0, stat.size, 0));
    if (bytes.includes(0)) return { text: null, problem: 'is not text' };
    return { text: bytes.toString('utf8').replace(/^\uFEFF/, ''), problem: null };
  } catch (error) {
    return { text: null, problem: `cannot be read (${codeOf(error)})` };
  } finally {
    closeSync(file);
  }
}
