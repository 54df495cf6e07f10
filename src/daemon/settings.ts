/** The daemon's options, each an environment variable; those of HTTP are flags of `daemon run` too. */
import { resolve } from 'node:path';
import { Fault } from '../text/fault.ts';

/** MCP over HTTP, beside the socket. */
export interface HttpSettings {
  /** 0: any that is free. */
  readonly port: number;
  /** A file of the user's with the bearer token; null: a token of this daemon alone. */
  readonly tokenFile: string | null;
  /** Asked for by a flag: without it the daemon does not start. */
  readonly required: boolean;
}

export interface Settings {
  /** Without clients and live processes the daemon ends after so long. */
  readonly idleMs: number;
  /** A project's processes go on for so long after its last client has left. */
  readonly projectIdleMs: number;
  /** Within so long an ending daemon ends what it runs. */
  readonly shutdownMs: number;
  readonly http: HttpSettings | null;
}

const TEN_MINUTES_MS = 600_000;

/** Throws for a flag that there is none of, or whose value is none. */
export function settings(
  env: Readonly<Record<string, string | undefined>>,
  flags: readonly string[] = [],
  cwd = '/',
): Settings {
  return {
    idleMs: milliseconds(env['DEVTOOL_MCP_IDLE_MS'], TEN_MINUTES_MS),
    projectIdleMs: milliseconds(env['DEVTOOL_MCP_PROJECT_IDLE_MS'], TEN_MINUTES_MS),
    shutdownMs: milliseconds(env['DEVTOOL_MCP_SHUTDOWN_MS'], 6_000),
    http: http(env, parsed(flags), cwd),
  };
}

const HTTP_PORT = 7337;

function http(
  env: Readonly<Record<string, string | undefined>>,
  flags: ReadonlyMap<string, string>,
  cwd: string,
): HttpSettings | null {
  const flag = flags.get('--http');
  const asked = flag ?? env['DEVTOOL_MCP_HTTP'];
  if (asked === undefined) return null;
  const port = portOf(asked);
  if (port === null && flag !== undefined)
    throw new Fault('invalid_argument', `--http=${flag} is no port`, 'Use 0 to 65535; 0 takes any that is free.');
  const file = flags.get('--http-token-file') ?? env['DEVTOOL_MCP_HTTP_TOKEN_FILE'];
  const tokenFile = file === undefined || file === '' ? null : resolve(cwd, file);
  return port === null ? null : { port, tokenFile, required: flag !== undefined };
}

const FLAGS = ['--http', '--http-token-file'];

function parsed(flags: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    flags.map((flag) => {
      const [name = '', ...value] = flag.split('=');
      if (!FLAGS.includes(name))
        throw new Fault(
          'invalid_argument',
          `${JSON.stringify(flag)} is unknown`,
          'Use --http[=PORT], --http-token-file=FILE.',
        );
      return [name, value.join('=')];
    }),
  );
}

/** A port or a plain yes; null for what is neither. */
function portOf(text: string): number | null {
  if (text === '' || text === '1' || text === 'true') return HTTP_PORT;
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port <= 65_535 ? port : null;
}

/** What is no positive whole number is as if it were not there. */
function milliseconds(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return text !== undefined && Number.isSafeInteger(value) && value > 0 && value < 2 ** 31 ? value : otherwise;
}
