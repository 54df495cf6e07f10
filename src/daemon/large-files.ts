/** Values too large for an answer, as files of the user's alone; the names are numbers, whoever asked for them. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { secureDirectory } from '../home/secure-directory.ts';
import type { SaveLarge } from '../tools/workbench.ts';

/** So many are kept, the newest. */
const MOST_FILES = 20;
const NAME = /^value-(\d+)\.(?:bin|har|json)$/;

/** A function that writes a value to a new file in `directory` and answers with its path. Throws what the disk says. */
export function largeFiles(directory: string, uid: number | null): SaveLarge {
  return (value, kind) => {
    secureDirectory(directory, uid);
    const kept = readdirSync(directory)
      .map((name) => ({ name, number: Number(NAME.exec(name)?.[1] ?? Number.NaN) }))
      .filter(({ number }) => !Number.isNaN(number))
      .sort((a, b) => a.number - b.number);
    for (const { name } of kept.slice(0, Math.max(0, kept.length - MOST_FILES + 1)))
      rmSync(join(directory, name), { force: true });
    const path = join(directory, `value-${(kept.at(-1)?.number ?? 0) + 1}.${kind}`);
    writeFileSync(path, value, { mode: 0o600, flag: 'wx' });
    return path;
  };
}
