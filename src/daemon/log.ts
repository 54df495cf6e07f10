/** The daemon's log: one line each with the time, the user's alone, bounded on disk, never a reason to fail. */
import { closeSync, constants, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** Past this the file becomes `<name>.1`, and the one before is gone. */
const MOST_BYTES = 2 * 1_048_576;
const MOST_LINE = 8_192;

export type Log = (line: string) => void;

export function openLog(path: string, now: () => string): Log {
  let file: number | null = null;
  let bytes = 0;

  function open(): number {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
    const opened = openSync(path, flags, 0o600);
    file = opened;
    bytes = fstatSync(opened).size;
    return opened;
  }

  /** Whatever becomes of it: a descriptor that is kept after each failure would run us out of them. */
  function close(): void {
    if (file === null) return;
    const closed = file;
    file = null;
    closeSync(closed);
  }

  function write(line: string): void {
    if (file !== null && fstatSync(file).nlink === 0) close();
    let to = file ?? open();
    if (bytes > MOST_BYTES) {
      close();
      renameSync(path, `${path}.1`);
      to = open();
    }
    bytes += writeSync(to, `${now()} ${line.slice(0, MOST_LINE).replace(/\n/g, '\n  ')}\n`);
  }

  return (line) => {
    try {
      write(line);
    } catch {
      // A full disk or a missing directory costs the line, not the daemon.
      quietly(close);
    }
  };
}

function quietly(run: () => void): void {
  try {
    run();
  } catch {
    // close(2) reports an earlier write's failure; the descriptor is gone all the same.
  }
}
