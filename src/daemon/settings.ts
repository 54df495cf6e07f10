/** The daemon's options, each an environment variable. */

export interface Settings {
  /** Without clients and live processes the daemon ends after so long. */
  readonly idleMs: number;
  /** A project's processes go on for so long after its last client has left. */
  readonly projectIdleMs: number;
  /** Within so long an ending daemon ends what it runs. */
  readonly shutdownMs: number;
}

const TEN_MINUTES_MS = 600_000;

export function settings(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    idleMs: milliseconds(env['DEVTOOL_MCP_IDLE_MS'], TEN_MINUTES_MS),
    projectIdleMs: milliseconds(env['DEVTOOL_MCP_PROJECT_IDLE_MS'], TEN_MINUTES_MS),
    shutdownMs: milliseconds(env['DEVTOOL_MCP_SHUTDOWN_MS'], 6_000),
  };
}

/** What is no positive whole number is as if it were not there. */
function milliseconds(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return text !== undefined && Number.isSafeInteger(value) && value > 0 && value < 2 ** 31 ? value : otherwise;
}
