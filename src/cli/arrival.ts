/** Waits for a daemon to come without asking again and again: it leaves a file in the runtime directory. */
import { type FSWatcher, watch } from 'node:fs';

/** Resolves at a change in `directory`, after `ms`, or when aborted; a directory that is not there yet is looked at after `ms` alone. */
export function changeIn(directory: string, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      watcher?.close();
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    const watcher = watcherOf(directory, done);
  });
}

function watcherOf(directory: string, changed: () => void): FSWatcher | null {
  try {
    return watch(directory, changed).on('error', changed);
  } catch {
    return null;
  }
}
