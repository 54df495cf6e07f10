/** Values too large for an answer, as files of the user's alone; the names are numbers, whoever asked for them. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { secureDirectory } from '../home/secure-directory.ts';

/** So many are kept, the newest. */
const MOST_FILES = 20;
const NAME = /^value-(\d+)\.bin$/;

/** A function that writes a value to a new file in `directory` and answers with its path. Throws what the disk says. */
export function largeFiles(directory: string, uid: number | null): (value: Uint8Array) => string {
  return (value) => {
    secureDirectory(directory, uid);
    const numbers = readdirSync(directory)
      .map((name) => Number(NAME.exec(name)?.[1] ?? Number.NaN))
      .filter((number) => !Number.isNaN(number))
      .sort((a, b) => a - b);
    const pathOf = (number: number) => join(directory, `value-${number}.bin`);
    for (const old of numbers.slice(0, Math.max(0, numbers.length - MOST_FILES + 1)))
      rmSync(pathOf(old), { force: true });
    const path = pathOf((numbers.at(-1) ?? 0) + 1);
    writeFileSync(path, value, { mode: 0o600, flag: 'wx' });
    return path;
  };
}
