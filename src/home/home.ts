/** Where everything lives: sockets and owner files in the runtime directory, state and log in the state directory. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';

export interface Home {
  readonly runtimeDirectory: string;
  readonly stateDirectory: string;
  readonly logPath: string;
  readonly statePath: string;
  socketPath(epoch: number): string;
}

/** What decides it; `env` is the environment, `uid` null where the system has none. */
export interface HomeFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly uid: number | null;
  readonly userHome: string;
  readonly temporary: string;
}

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, the closing NUL included (unix(7)). */
const MOST_SOCKET_BYTES = 100;

/** `DEVTOOL_MCP_HOME` moves all of it below one directory. */
export function homeOf(facts: HomeFacts): Home {
  const { env } = facts;
  const own = env['DEVTOOL_MCP_HOME'] || null;
  const runtimeDirectory = own === null ? defaultRuntime(facts) : join(own, 'run');
  const stateDirectory =
    own === null
      ? join(env['XDG_STATE_HOME'] || join(facts.userHome, '.local/state'), 'devtool-mcp')
      : join(own, 'state');
  return {
    runtimeDirectory: shortEnough(runtimeDirectory, facts),
    stateDirectory,
    logPath: join(stateDirectory, 'daemon.log'),
    statePath: join(stateDirectory, 'state.json'),
    socketPath(epoch) {
      if (facts.platform === 'win32') return `\\\\.\\pipe\\devtool-mcp-${hash(runtimeDirectory)}-${epoch}`;
      return join(shortEnough(runtimeDirectory, facts), socketName(epoch));
    },
  };
}

const socketName = (epoch: number): string => `daemon-${epoch}.sock`;

function defaultRuntime({ env, uid, temporary }: HomeFacts): string {
  const runtime = env['XDG_RUNTIME_DIR'];
  return runtime ? join(runtime, 'devtool-mcp') : join(temporary, `devtool-mcp-${uid ?? 'user'}`);
}

/** A directory whose sockets would have too long a path has a stand-in in the temporary folder. */
function shortEnough(directory: string, { temporary, platform }: HomeFacts): string {
  const longest = Buffer.byteLength(join(directory, socketName(99_999_999)));
  return longest <= MOST_SOCKET_BYTES || platform === 'win32' ? directory : join(temporary, `dtm-${hash(directory)}`);
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
