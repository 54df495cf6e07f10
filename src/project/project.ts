/** What detection answers with. */
import type { DependencyState, Readiness } from './config-schema.ts';
import { isServerScript } from './server-command.ts';
import type { Variables } from './variables.ts';

export type ProjectType =
  | 'node'
  | 'deno'
  | 'bun'
  | 'go'
  | 'python'
  | 'rust'
  | 'java'
  | 'ruby'
  | 'php'
  | 'dotnet'
  | 'make'
  | 'just'
  | 'task'
  | 'unknown';

/** How a script is started: a program with arguments, or a line for the shell. */
export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  readonly shell: boolean;
  /** Stands between these arguments and those of a caller, where the program takes it so. */
  readonly separator: string | null;
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
}

export interface Script {
  readonly name: string;
  /** As it is written in its file, or would be typed. */
  readonly command: string;
  /** The file that it comes from; `usual` for what the ecosystem always has. */
  readonly source: string;
}

export interface RunnableScript extends Script {
  readonly invocation: Invocation;
  /** It is ready at some time, rather than done. */
  readonly server: boolean;
  readonly settings: ScriptSettings;
  /** The directory of the config file that it comes from, and its name there; null: the directory that was asked about. */
  readonly home: { readonly path: string; readonly name: string } | null;
}

export interface ScriptDependency {
  readonly name: string;
  readonly until: DependencyState;
}

/** What a config file says of a script; null where it says nothing. */
export interface ScriptSettings {
  readonly dependsOn: readonly ScriptDependency[];
  readonly ready: Readiness | null;
  readonly restart: 'never' | 'on-failure' | 'always' | null;
  readonly autostart: boolean;
  readonly keep: boolean | null;
  readonly timeoutMs: number | null;
  readonly tty: boolean | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly port: number | 'auto' | null;
  /** `$NAME` is expanded where it is started, from the environment over these; null: a dollar is a dollar. */
  readonly variables: Variables | null;
}

export const NO_SETTINGS: ScriptSettings = {
  dependsOn: [],
  ready: null,
  restart: null,
  autostart: false,
  keep: null,
  timeoutMs: null,
  tty: null,
  labels: {},
  port: null,
  variables: null,
};

/** One kind of project in a directory. */
export interface Kind {
  readonly type: Exclude<ProjectType, 'unknown'>;
  readonly name: string | null;
  readonly packageManager: string | null;
  readonly frameworks: readonly string[];
  readonly scripts: readonly RunnableScript[];
  /** Patterns of workspace directories, as the ecosystem writes them. */
  readonly workspaces: readonly string[];
}

export interface Workspace {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly name: string;
  readonly type: ProjectType;
}

/** One kind in `projects`. */
export interface ProjectKind {
  readonly type: ProjectType;
  readonly name: string;
  readonly package_manager: string | null;
  readonly frameworks: readonly string[];
}

/** What became of the config file. */
export interface ProjectConfig {
  readonly path: string;
  readonly errors: readonly string[];
  /** Scripts that are started when a client begins to work in the project. */
  readonly autostart: readonly string[];
  /** Of each script that has some, the names of those that are started before it. */
  readonly depends_on: Readonly<Record<string, readonly string[]>>;
  readonly proxies: readonly ConfigProxy[];
}

/** A proxy that the config file names: `proxy start` with its id takes its values from there. */
export interface ConfigProxy {
  readonly id: string;
  /** The script whose URL it follows. */
  readonly process: string | null;
  readonly target_url: string | null;
  readonly port: number | null;
  readonly autostart: boolean;
}

/** What a file says that stands beside the project, such as its database: not started from here. */
export interface Service {
  readonly name: string;
  /** Null: built from the project itself, or not said. */
  readonly image: string | null;
  /** As they are written: `5432:5432`. */
  readonly ports: readonly string[];
  readonly source: string;
}

export interface Project {
  readonly type: ProjectType;
  readonly name: string;
  readonly path: string;
  readonly package_manager: string | null;
  readonly frameworks: readonly string[];
  readonly scripts: readonly Script[];
  readonly services: readonly Service[];
  readonly workspaces: readonly Workspace[];
  readonly projects: readonly ProjectKind[];
  readonly config: ProjectConfig | null;
  /** Files that are there and could not be used, in words. */
  readonly problems: readonly string[];
}

export const kindOf = (type: Kind['type'], facts: Partial<Omit<Kind, 'type'>> = {}): Kind => ({
  type,
  name: null,
  packageManager: null,
  frameworks: [],
  scripts: [],
  workspaces: [],
  ...facts,
});

export const program = (command: string, ...args: string[]): Invocation => ({
  command,
  args,
  shell: false,
  separator: null,
  cwd: null,
  env: {},
});

export const shellLine = (line: string): Invocation => ({ ...program(line), shell: true });

/** As `program`, for runners that take a caller's arguments after `--`. */
export const programWithSeparator = (command: string, ...args: string[]): Invocation => ({
  ...program(command, ...args),
  separator: '--',
});

/** A script of a file; name and command tell whether it is a server. */
export const scriptOf = (name: string, command: string, source: string, invocation: Invocation): RunnableScript => ({
  name,
  command,
  source,
  invocation,
  server: isServerScript(name, command),
  settings: NO_SETTINGS,
  home: null,
});

/** What the ecosystem always has, by the words that would be typed. */
export function usual(name: string, line: string, more: { server?: boolean; separator?: string } = {}): RunnableScript {
  const [command = '', ...args] = line.split(' ');
  const invocation = { ...program(command, ...args), separator: more.separator ?? null };
  const script = scriptOf(name, line, 'usual', invocation);
  return { ...script, server: more.server ?? script.server };
}
