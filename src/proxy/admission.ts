/** Which requests reach the target at all; pure, and decided before anything is sent or kept. */
import { field } from './fields.ts';
import { isOurs, type OwnNames } from './host.ts';
import type { RequestHead } from './http1.ts';
import type { Refusal } from './reply.ts';
import { isLoop, type Route } from './request-head.ts';

/** The Host that a connection's requests had so far: all of them have the same, and it is read once. */
export class KnownHost {
  #host: string | null = null;
  #own: OwnNames | null = null;

  isOurs(host: string, own: OwnNames): boolean {
    if (host === this.#host && own === this.#own) return true;
    if (!isOurs(host, own)) return false;
    this.#host = host;
    this.#own = own;
    return true;
  }
}

/** Null: let in. */
export function refusalOf(head: RequestHead, route: Route, known: KnownHost): Refusal | null {
  const host = field(head.fields, 'host') ?? '';
  if (!known.isOurs(host, route.own)) {
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
