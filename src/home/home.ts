/** Where everything lives: sockets and owner files in the runtime directory, state and log in the state directory. */
import { isAbsolute, join, resolve } from 'node:path';

export interface Home {
  readonly runtimeDirectory: string;
  readonly stateDirectory: string;
  readonly logPath: string;
  readonly statePath: string;
  readonly portsPath: string;
  /** What a daemon started from another directory must have in its environment, to live in the same home. */
  readonly environment: Readonly<Record<string, string>>;
  socketPath(epoch: number): string;
}

/** What decides it. */
export interface HomeFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Null where the system has none. */
  readonly uid: number | null;
  readonly cwd: string;
  /** Null where there is none, as for a user that the system does not know. */
  readonly userHome: string | null;
  readonly temporary: string;
  /** Whether `path` is a directory that belongs to this user. */
  isOurs(path: string): boolean;
}

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, the closing NUL included (unix(7)). */
const MOST_SOCKET_BYTES = 100;
/** Epochs grow by one with each daemon; a path is measured with one that is never reached. */
const LONGEST_EPOCH = 99_999_999;

/** `DEVTOOL_MCP_HOME` moves all of it below one directory. */
export function homeOf(facts: HomeFacts): Home {
  const { env, cwd } = facts;
  const own = env['DEVTOOL_MCP_HOME'] ? resolve(cwd, env['DEVTOOL_MCP_HOME']) : null;
  const wanted = own === null ? defaultRuntime(facts) : join(own, 'run');
  const runtimeDirectory = shortEnough(wanted, facts);
  const stateDirectory = own === null ? defaultState(facts) : join(own, 'state');
  return {
    runtimeDirectory,
    stateDirectory,
    logPath: join(stateDirectory, 'daemon.log'),
    statePath: join(stateDirectory, 'state.json'),
    portsPath: join(stateDirectory, 'ports.json'),
    environment: own === null ? {} : { DEVTOOL_MCP_HOME: own },
    socketPath: (epoch) =>
      facts.platform === 'win32'
        ? `\\\\.\\pipe\\devtool-mcp-${hash(wanted)}-${epoch}`
        : join(runtimeDirectory, socketName(epoch)),
  };
}

const socketName = (epoch: number): string => `daemon-${epoch}.sock`;

/** After `su` or `sudo -E` the variable names another user's directory, and some containers have it without the directory. */
function defaultRuntime({ env, uid, temporary, isOurs }: HomeFacts): string {
  const runtime = env['XDG_RUNTIME_DIR'];
  if (runtime && isAbsolute(runtime) && isOurs(runtime)) return join(runtime, 'devtool-mcp');
  return join(temporary, `devtool-mcp-${uid ?? 'user'}`);
}

/** "All paths must be absolute. If an implementation encounters a relative path it should … ignore it." (XDG Base Directory) */
function defaultState({ env, userHome, uid, temporary }: HomeFacts): string {
  const state = env['XDG_STATE_HOME'];
  if (state && isAbsolute(state)) return join(state, 'devtool-mcp');
  if (userHome !== null && isAbsolute(userHome)) return join(userHome, '.local/state/devtool-mcp');
  return join(temporary, `devtool-mcp-${uid ?? 'user'}-state`);
}

/** A directory whose sockets would have too long a path has a stand-in in the temporary folder. */
function shortEnough(directory: string, { temporary, platform, uid }: HomeFacts): string {
  const fits = (path: string) => Buffer.byteLength(join(path, socketName(LONGEST_EPOCH))) <= MOST_SOCKET_BYTES;
  if (platform === 'win32' || fits(directory)) return directory;
  const standIn = `dtm-${hash(`${uid} ${directory}`)}`;
  return [join(temporary, standIn)].find(fits) ?? join('/tmp', standIn);
}

/** FNV-1a, 64 bits: a name, no secret; whom a directory belongs to is checked anyway. Saves the front `node:crypto`. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return value.toString(16).padStart(16, '0');
}
