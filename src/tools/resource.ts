/** What an MCP resource is here. */
import type { Caller } from './tool.ts';
import type { Workbench } from './workbench.ts';

export interface Resource {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  /** Differs whenever its text would. */
  readonly stamp: string;
  read(): Promise<string>;
}

export interface ResourceKind {
  readonly template: {
    readonly name: string;
    readonly title: string;
    readonly uriTemplate: string;
    readonly description: string;
    readonly mimeType: string;
  };
  list(caller: Caller, workbench: Workbench): Resource[];
  /** Null for an address of another kind; throws `not_found` for one of nothing that there is. */
  find(uri: string, caller: Caller, workbench: Workbench): Resource | null;
}

/** Ids hold characters that an address must escape; what is of another project names its directory. */
export function addressOf(kind: string, id: string, part: string, path: string, cwd: string): string {
  const query = path === cwd ? '' : `?path=${encodeURIComponent(path)}`;
  return `devtool://${kind}/${encodeURIComponent(id)}${part}${query}`;
}

/** Of an address that matched, with the id first and the directory second. */
export function partsOf([, id = '', path]: RegExpExecArray, cwd: string): { id: string; path: string } {
  return { id: decode(id), path: path === undefined ? cwd : decode(path) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
