/** Paths under `/__devtool/`: answered here, never by the target. Pure. */
import type { Reply } from './reply.ts';

const ROOT = '/__devtool';
export const CLIENT_PATH = `${ROOT}/client.js`;
const HEALTH_PATH = `${ROOT}/health`;

/** The line that goes into documents. */
export const LOADER = `<script src="${CLIENT_PATH}"></script>`;

/** Whether a request target is ours. */
export function isDevtoolPath(target: string): boolean {
  return (
    target.startsWith(ROOT) &&
    (target.length === ROOT.length || /^[/?]/.test(target.slice(ROOT.length, ROOT.length + 1)))
  );
}

/** What the server has to find out before it can answer; `probe`: whether the target can be reached. */
export type DevtoolAnswer = { readonly kind: 'reply'; readonly reply: Reply } | { readonly kind: 'probe' };

/** Throws nothing: what is unknown is a 404. */
export function answerDevtool(method: string, target: string, client: string): DevtoolAnswer {
  const path = target.split('?', 1)[0] ?? '';
  const known = path === CLIENT_PATH || path === HEALTH_PATH;
  if (!known)
    return reply({
      status: 404,
      type: 'text/plain; charset=utf-8',
      body: `devtool-mcp: there is no ${ROOT} page of that name\n`,
    });
  if (method !== 'GET' && method !== 'HEAD') {
    const body = 'devtool-mcp: this can be read only\n';
    return reply({ status: 405, type: 'text/plain; charset=utf-8', body, fields: ['Allow', 'GET, HEAD'] });
  }
  if (path === HEALTH_PATH) return { kind: 'probe' };
  return reply({ status: 200, type: 'text/javascript; charset=utf-8', body: client });
}

/** What health says of a probe. */
export function healthReply(reachable: boolean): Reply {
  return {
    status: 200,
    type: 'application/json',
    body: `${JSON.stringify({ ok: true, target: reachable ? 'up' : 'down' })}\n`,
  };
}

const reply = (value: Reply): DevtoolAnswer => ({ kind: 'reply', reply: value });
