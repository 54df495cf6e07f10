/** What runs, on disk, so that the next daemon can say what this one left if it is killed. Written whole or not at all. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { AutostartRecord } from '../tools/autostart.ts';
import { writeWhole } from './whole-file.ts';

export interface RunningProcess {
  readonly process_id: string;
  readonly path: string;
  readonly command: string;
  readonly pid: number;
  /** As src/process/os/identity.ts reads it: with the pid it names one process for ever. */
  readonly start_time: string;
}

export interface DaemonState {
  readonly running: readonly RunningProcess[];
  /** What autostart has running, to be started again. */
  readonly autostart: readonly AutostartRecord[];
}

export interface ReadState extends DaemonState {
  /** Wall time in milliseconds; 0 where nothing was read. */
  readonly writtenAt: number;
  /** Why what is there was not used; null when it was, or when nothing is there. */
  readonly ignored: string | null;
}

export interface StateFile {
  /** Replaces what is on disk; a disk that refuses costs the next daemon's report, nothing else. One at a time. */
  write(state: DaemonState): Promise<void>;
  /** What an earlier daemon wrote last and did not take back; a damaged or missing file is an empty one. */
  read(): ReadState;
  /** An orderly end: nothing is left. */
  remove(): void;
}

const VERSION = 2;
const NOTHING: ReadState = { running: [], autostart: [], writtenAt: 0, ignored: null };

export function stateFile(path: string, now: () => number, log: (line: string) => void): StateFile {
  let last = '';
  return {
    async write(state) {
      const text = JSON.stringify(state);
      if (text === last && existsSync(path)) return;
      try {
        await writeWhole(path, `${JSON.stringify({ version: VERSION, written_at: now(), ...state })}\n`);
        last = text;
      } catch (error) {
        log(`state file: ${String(error)}`);
      }
    },
    read() {
      let text: string;
      try {
        text = readFileSync(path, 'utf8');
      } catch (error) {
        const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        return isMissing ? NOTHING : { ...NOTHING, ignored: `it cannot be read: ${String(error)}` };
      }
      return parse(text);
    },
    remove() {
      rmSync(path, { force: true });
    },
  };
}

function parse(text: string): ReadState {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch {
    return { ...NOTHING, ignored: `its ${text.length} characters are no JSON` };
  }
  const field = (name: string): unknown =>
    typeof state === 'object' && state !== null ? Reflect.get(state, name) : undefined;
  if (field('version') !== VERSION) return { ...NOTHING, ignored: `version ${String(field('version'))} is not ours` };
  const list = (name: string): readonly unknown[] => {
    const value = field(name);
    return Array.isArray(value) ? value : [];
  };
  const writtenAt = field('written_at');
  return {
    running: list('running').filter(isRunningProcess),
    autostart: list('autostart').filter(isAutostartRecord),
    writtenAt: typeof writtenAt === 'number' ? writtenAt : 0,
    ignored: null,
  };
}

function isRunningProcess(value: unknown): value is RunningProcess {
  if (typeof value !== 'object' || value === null) return false;
  const text = (name: string) => typeof Reflect.get(value, name) === 'string';
  return ['process_id', 'path', 'command', 'start_time'].every(text) && Number.isSafeInteger(Reflect.get(value, 'pid'));
}

function isAutostartRecord(value: unknown): value is AutostartRecord {
  if (typeof value !== 'object' || value === null || typeof Reflect.get(value, 'path') !== 'string') return false;
  const scripts: unknown = Reflect.get(value, 'scripts');
  return Array.isArray(scripts) && scripts.every((name) => typeof name === 'string');
}
