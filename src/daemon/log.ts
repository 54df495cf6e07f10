/** The daemon's log: one line each with the time, the user's alone, bounded on disk, never a reason to fail. */
import { closeSync, constants, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** Past this the file becomes `<name>.1`, and the one before is gone. */
const MOST_BYTES = 2 * 1_048_576;
const MOST_LINE = 8_192;

export type Log = (line: string) => void;

export function openLog(path: string, now: () => string): Log {
  let bytes = 0;
  const open = () => {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
    const opened = openSync(path, flags, 0o600);
    bytes = fstatSync(opened).size;
    return opened;
  };
  let file: number | null = null;
  return (line) => {
    try {
      file ??= open();
      if (bytes > MOST_BYTES) {
        closeSync(file);
        renameSync(path, `${path}.1`);
        file = open();
      }
      bytes += writeSync(file, `${now()} ${line.slice(0, MOST_LINE).replace(/\n/g, '\n  ')}\n`);
    } catch {
      // A full disk or a missing directory costs the line, not the daemon.
      file = null;
    }
  };
}
