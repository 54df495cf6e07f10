/** Values too large for an answer, as files of the user's alone; the names are numbers, whoever asked for them. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { secureDirectory } from '../home/secure-directory.ts';
import { Fault } from '../text/fault.ts';
import type { SaveLarge } from '../tools/workbench.ts';

/** So many are kept, the newest. */
const MOST_FILES = 20;
const NAME = /^value-(\d+)\.(?:bin|har|json)$/;

/** A function that writes a value to a new file in `directory` and answers with its path. Throws `limit` when it cannot. */
export function largeFiles(directory: string, uid: number | null): SaveLarge {
  return (value, kind) => {
    let path = directory;
    try {
      path = join(directory, `value-${makeRoom(directory, uid)}.${kind}`);
      writeFileSync(path, value, { mode: 0o600, flag: 'wx' });
      return path;
    } catch (error) {
      // What a full disk has taken of it.
      if (path !== directory) rmSync(path, { force: true });
      throw notWritten(directory, error);
    }
  };
}

/** The number of the next one; the oldest of too many goes. */
function makeRoom(directory: string, uid: number | null): number {
  secureDirectory(directory, uid);
  const kept = readdirSync(directory)
    .map((name) => ({ name, number: Number(NAME.exec(name)?.[1] ?? Number.NaN) }))
    .filter(({ number }) => !Number.isNaN(number))
    .sort((a, b) => a.number - b.number);
  for (const { name } of kept.slice(0, Math.max(0, kept.length - MOST_FILES + 1)))
    rmSync(join(directory, name), { force: true });
  return (kept.at(-1)?.number ?? 0) + 1;
}

function notWritten(directory: string, error: unknown): Fault {
  const reason = error instanceof Error ? error.message : String(error);
  return new Fault(
    'limit',
    `what is too large for an answer cannot be written to ${directory}: ${reason}`,
    'Make room there, ask for less, or set DEVTOOL_MCP_HOME to another directory.',
    { directory, reason },
  );
}
