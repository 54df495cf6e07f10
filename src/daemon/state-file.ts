/** What runs, on disk, so that the next daemon can say what this one left if it is killed. Written whole or not at all. */
import { closeSync, constants, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';

export interface RunningProcess {
  readonly process_id: string;
  readonly path: string;
  readonly command: string;
  readonly pid: number;
  /** As src/process/os/identity.ts reads it: with the pid it names one process for ever. */
  readonly start_time: string;
}

export interface StateFile {
  /** Replaces what is on disk; a disk that refuses costs the next daemon's report, nothing else. */
  write(running: readonly RunningProcess[]): void;
  /** What an earlier daemon wrote last and did not take back; damaged or missing files are empty ones. */
  read(): readonly RunningProcess[];
  /** An orderly end: nothing is left. */
  remove(): void;
}

const VERSION = 1;

export function stateFile(path: string, log: (line: string) => void): StateFile {
  let last = '';
  return {
    write(running) {
      const text = `${JSON.stringify({ version: VERSION, running })}\n`;
      if (text === last) return;
      try {
        replace(path, text);
        last = text;
      } catch (error) {
        log(`state file: ${String(error)}`);
      }
    },
    read() {
      try {
        return parse(readFileSync(path, 'utf8'));
      } catch {
        return [];
      }
    },
    remove() {
      rmSync(path, { force: true });
    },
  };
}

/**
 * Beside it, then renamed over it: cut at any byte the old state stands (rename(2) is atomic). Not flushed: what must
 * survive is the daemon's death, not the machine's, and a flush would hold up the control thread.
 */
function replace(path: string, text: string): void {
  const beside = `${path}.next`;
  rmSync(beside, { force: true });
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = openSync(beside, flags, 0o600);
  try {
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
}

function parse(text: string): readonly RunningProcess[] {
  const state: unknown = JSON.parse(text);
  if (typeof state !== 'object' || state === null || !('version' in state) || state.version !== VERSION) return [];
  return 'running' in state && Array.isArray(state.running) ? state.running.filter(isRunningProcess) : [];
}

function isRunningProcess(value: unknown): value is RunningProcess {
  if (typeof value !== 'object' || value === null) return false;
  const text = (name: string) => typeof Reflect.get(value, name) === 'string';
  return ['process_id', 'path', 'command', 'start_time'].every(text) && Number.isSafeInteger(Reflect.get(value, 'pid'));
}
