/** What the tools work on: the daemon's parts, as the tools see them. */

import type { Patterns } from '../patterns/patterns.ts';
import type { ProcessManager } from '../process/manager.ts';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import type { ProxyManager } from '../proxy/manager.ts';
import type { SourceMaps } from '../proxy/source-map.ts';
import type { ProcessNews } from '../timeline/process-news.ts';
import type { Cursors } from './cursors.ts';
import type { StartTurns } from './start-turns.ts';

export interface AutostartReport {
  readonly path: string;
  readonly scripts: readonly { readonly name: string; readonly started: boolean; readonly error: string | null }[];
  readonly proxies: readonly { readonly id: string; readonly url: string | null; readonly error: string | null }[];
}

export interface DaemonInfo {
  readonly version: string;
  readonly pid: number;
  readonly uptime_ms: number;
  readonly socket_path: string;
  readonly log_path: string;
  readonly clients: number;
  readonly memory: { readonly rss_bytes: number; readonly heap_bytes: number; readonly shared_bytes: number };
  /** What an earlier daemon left, as this one found it at its start. */
  readonly recovered: readonly Record<string, unknown>[];
  /** MCP over HTTP, null when it was not asked for; `error` says why there is none all the same. */
  readonly http: {
    readonly url: string | null;
    readonly token_path: string | null;
    readonly error: string | null;
  } | null;
  /** What was started because projects' configs say so. */
  readonly autostart: readonly AutostartReport[];
  /** A newer version that a client brought along, which takes over when asked or when this daemon is idle. */
  readonly upgrade_available: string | null;
}

/** `kind` is the file's suffix, by which other programs know it. */
export type SaveLarge = (value: Uint8Array, kind: 'bin' | 'har' | 'json') => string;

export interface Workbench {
  readonly processes: ProcessManager;
  readonly proxies: ProxyManager;
  readonly patterns: Patterns;
  /** A free port for a script of a directory, the same one each time. */
  readonly ports: { forScript(path: string, name: string): Promise<number> };
  /** By project and id. */
  readonly turns: StartTurns;
  /** What becomes of processes. */
  readonly news: ProcessNews;
  readonly redact: (text: string) => string;
  /** Somebody works in `directory`: what its config calls secret is hidden from here on. */
  learn(directory: string): void;
  readonly cursors: Cursors;
  /** ISO 8601 of a time on the daemon's clock. */
  readonly iso: (micros: number) => string;
  /** Maps of the scripts that a proxy's pages load. */
  sourceMaps(proxy: ManagedProxy): SourceMaps;
  /** Writes a value that is too large for an answer to a file; its path. */
  readonly saveLarge: SaveLarge;
  daemonInfo(): DaemonInfo;
  /** Ends the daemon after the answer has gone out. With `restart` the next one starts again what autostart has running. */
  endDaemon(how: 'stop' | 'restart'): void;
  log(line: string): void;
}
