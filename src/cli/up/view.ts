/** What the live view shows: plain data, drawn by draw.ts. */

export interface ProcessRow {
  readonly id: string;
  /** `ready` rather than running when it is. */
  readonly state: string;
  readonly uptimeMs: number;
  readonly restarts: number;
  /** Of its whole group; null where nobody can tell. */
  readonly memoryBytes: number | null;
  readonly url: string | null;
}

export interface ProxyRow {
  readonly id: string;
  readonly url: string;
  readonly target: string;
  readonly state: string;
  readonly requests: number;
  readonly perSecond: number;
  readonly pages: number;
}

export interface View {
  readonly project: string;
  readonly path: string;
  readonly processes: readonly ProcessRow[];
  readonly proxies: readonly ProxyRow[];
  readonly errors: { readonly total: number; readonly lines: readonly string[] };
  /** The newest lines, the last one last. */
  readonly output: readonly { readonly id: string; readonly text: string }[];
  readonly daemonBytes: number | null;
  /** Index of the process that keys are about. */
  readonly selected: number;
  /** Errors take the place of the output. */
  readonly showsErrors: boolean;
  /** What is going on, or went wrong; '' for nothing. */
  readonly notice: string;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}
