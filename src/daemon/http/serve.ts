/** MCP over HTTP, put together: the daemon's tools behind the guarded door, and where a client finds address and token. */
import { join } from 'node:path';
import type { Home } from '../../home/home.ts';
import type { Autostart } from '../../tools/autostart.ts';
import { watchResources } from '../../tools/resources.ts';
import type { Workbench } from '../../tools/workbench.ts';
import type { Holdings } from '../holdings.ts';
import type { Lifetime } from '../lifetime.ts';
import type { Log } from '../log.ts';
import { mcpServer } from '../mcp.ts';
import type { HttpSettings } from '../settings.ts';
import { openHttpDoor } from './door.ts';
import { createEndpoint } from './endpoint.ts';
import { newToken, ownToken } from './token.ts';
import { createVisitors } from './visitors.ts';

export interface HttpServiceParts {
  readonly settings: HttpSettings;
  readonly home: Home;
  readonly workbench: Workbench;
  readonly lifetime: Lifetime;
  readonly holdings: Holdings;
  readonly autostart: Autostart;
  /** Clients bring none of their own: what `path` is by default, and what children get. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly uid: number | null;
  after(ms: number, run: () => void): { cancel(): void };
  readonly log: Log;
}

export interface HttpService {
  readonly url: string;
  readonly tokenPath: string;
  close(): Promise<void>;
}

const FROM = 'http';

/** Each answer has a connection of its own there; what waits in a session is bounded where it waits. */
const takes = () => true;

/** Rejects when the port or the token cannot be had. */
export async function serveHttp(parts: HttpServiceParts): Promise<HttpService> {
  const { settings, home, workbench, lifetime, holdings, autostart, cwd, env, after, log } = parts;
  const visitors = createVisitors(lifetime, after);
  const connection = { version: __VERSION__, cwd, env, from: FROM, takes };
  const attendance = (used: Set<string>) => (directory: string) => {
    used.add(directory);
    autostart.attended(directory, { env, name: FROM });
  };
  const endpoint = createEndpoint({
    after,
    log,
    serverFor(era, onClose) {
      if (era === 'legacy') {
        const used = new Set<string>();
        const attend = attendance(used);
        onClose(lifetime.joined(null, used));
        return mcpServer({ ...connection, calls: { underWay: 0 }, updates: 'subscribed', attend, onClose }, workbench);
      }
      onClose(visitors.came());
      const modern = { calls: { underWay: 0 }, updates: 'none', attend: attendance(visitors.used), onClose } as const;
      return mcpServer({ ...connection, ...modern }, workbench);
    },
    watch(uris, tell) {
      const caller = { cwd, env, attend: () => {}, name: FROM };
      const end = watchResources(caller, workbench, uris, takes, tell.resourceUpdated);
      return { wake: () => workbench.processes.changes.announce(), end };
    },
  });
  const token =
    settings.tokenFile === null
      ? newToken(join(home.stateDirectory, 'http-token'))
      : ownToken(settings.tokenFile, parts.uid);
  try {
    const door = await openHttpDoor({ port: settings.port, token: token.value, endpoint, holdings, log });
    log(`serves MCP over HTTP at ${door.url}; the bearer token is in ${token.path}`);
    return {
      url: door.url,
      tokenPath: token.path,
      async close() {
        token.forget();
        await door.close();
      },
    };
  } catch (error) {
    token.forget();
    await endpoint.close();
    throw error;
  }
}
