/** A daemon's place, in which fronts find it: its directories, owner file and socket. Put back when somebody has removed them. */
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename } from 'node:path';
import { ownerPath } from '../home/owner.ts';
import { secureDirectory } from '../home/secure-directory.ts';
import { holdEpoch } from './epoch.ts';

export interface PlaceParts {
  readonly runtimeDirectory: string;
  readonly stateDirectory: string;
  readonly socketPath: string;
  readonly epoch: number;
  readonly pid: number;
  readonly uid: number | null;
  after(ms: number, run: () => void): { cancel(): void };
  /** Wall time in seconds. */
  seconds(): number;
  /** Listens at the socket's path once more. */
  reopen(): Promise<void>;
  /** A directory had gone, and what is kept in it with it. */
  restored(): void;
  /** Another daemon rules: this one must end. */
  lost(): void;
  log(line: string): void;
}

/** Files are kept young, for those who clean by age. */
const LOOK_EVERY_MS = 60_000;
/** Who removes a directory removes its files first: what is put back too early goes with the rest. */
const SETTLE_MS = 250;
/** A pipe of Windows is no file. */
const IS_PIPE = /^\\\\/;

export function keepPlace(parts: PlaceParts): { end(): void } {
  const { runtimeDirectory, stateDirectory, socketPath, epoch, pid, uid, log } = parts;
  const ours = new Set([
    basename(runtimeDirectory),
    basename(socketPath),
    basename(ownerPath(runtimeDirectory, epoch)),
  ]);
  let watcher = watched();
  let timer = parts.after(0, look);

  /** Null where there is nothing to be watched, or no more watches are to be had: then the looks have to do. */
  function watched(): FSWatcher | null {
    try {
      return watch(runtimeDirectory, { persistent: false }, (_, name) => {
        if (name === null || ours.has(name)) soon();
      }).on('error', () => {});
    } catch {
      return null;
    }
  }

  function soon(): void {
    timer.cancel();
    timer = parts.after(SETTLE_MS, look);
  }

  async function look(): Promise<void> {
    timer.cancel();
    timer = parts.after(LOOK_EVERY_MS, look);
    try {
      const gone = [runtimeDirectory, stateDirectory].filter((directory) => !existsSync(directory));
      for (const directory of gone) secureDirectory(directory, uid);
      const hold = holdEpoch(runtimeDirectory, epoch, pid, parts.seconds());
      if (hold === 'lost') {
        parts.lost();
        return;
      }
      if (gone.includes(runtimeDirectory)) {
        watcher?.close();
        watcher = watched();
      }
      if (gone.length > 0) parts.restored();
      const isOpen = IS_PIPE.test(socketPath) || existsSync(socketPath);
      if (hold === 'restored' || !isOpen)
        log(`what fronts find this daemon by was removed, and is put back: ${runtimeDirectory}`);
      if (!isOpen) await parts.reopen();
    } catch (error) {
      // No reason to end what runs: the next look tries again.
      log(`the daemon's place: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  return {
    end() {
      timer.cancel();
      watcher?.close();
    },
  };
}
