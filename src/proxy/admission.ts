/** Which requests reach the target at all; pure, and decided before anything is sent or kept. */
import { field } from './fields.ts';
import { isOurs } from './host.ts';
import type { RequestHead } from './http1.ts';
import type { Refusal } from './reply.ts';
import { isLoop, type Route } from './request-head.ts';

/** Null: let in. */
export function refusalOf(head: RequestHead, route: Route): Refusal | null {
  const host = field(head.fields, 'host') ?? '';
  if (!isOurs(host, route.own)) {
    const shown = host.length > 80 ? `${host.slice(0, 80)}…` : host;
    const message = `Host "${shown}" is not one of this proxy's names; open http://localhost:${route.own.port}/ instead`;
    return { status: 421, code: 'foreign_host', message };
  }
  if (isLoop(head.fields, route)) {
    const message = `the request has been through this proxy before: its target ${route.target.origin} leads back to it`;
    return { status: 508, code: 'loop', message };
  }
  return null;
}
