/** Request heads as the target gets them: written anew from the parsed fields, order and case kept. */

import { LOAD_FIELD } from '../page/protocol.ts';
import { type Conditions, targetTags } from './document-copy.ts';
import { type FieldKind, namedByConnection } from './field-kinds.ts';
import { type Fields, field, fieldsNamed } from './fields.ts';
import { type Passage, passedLines } from './head-lines.ts';
import { isOwnOrigin, type OwnNames } from './host.ts';
import type { RequestHead } from './http1.ts';
import { MARKED_FIELD, withoutMark } from './load-mark.ts';
import type { Target } from './target.ts';

/** What is the same for all requests of a proxy. */
export interface Route {
  readonly target: Target;
  readonly own: OwnNames;
  /** `https://…` of the public URL; null when there is none. */
  readonly publicOrigin: string | null;
  /** What our requests carry, so that one that comes back is known; one word, ours alone. */
  readonly loopTag: string;
}

export interface RequestFacts {
  /** Address of the browser. */
  readonly peer: string;
  /** What to ask the target for instead of what the browser asked for; null: leave it. */
  readonly acceptEncoding: string | null;
  /** Null: as the browser says. */
  readonly conditions: Conditions | null;
}

/** Not `Via`: servers stop compressing for requests that carry one. */
const LOOP_FIELD = 'Devtool-Mcp-Via';
const LOOP_NAME = LOOP_FIELD.toLowerCase();

/** Whether the request has been through this proxy before. */
export function isLoop(fields: Fields, route: Route): boolean {
  return fieldsNamed(fields, LOOP_NAME).some((value) => value.includes(route.loopTag));
}

/** Whether the request asks for a tunnel that we open; h2c would take the rest of the connection out of our framing. */
export function wantsUpgrade(head: RequestHead): boolean {
  return head.upgrade && !/\bh2c\b/i.test(field(head.fields, 'upgrade') ?? '');
}

/** As latin1. The framing fields stay: bodies are passed on as they came. */
export function requestHead(head: RequestHead, route: Route, facts: RequestFacts): string {
  const { method, target, fields, lines } = head;
  const passage = new RequestPassage(head, route, facts);
  const dropped = namedByConnection(fieldsNamed(fields, 'connection'));
  const passed = passedLines(`${method} ${target} HTTP/1.1\r\n`, fields, lines, dropped, passage);
  return `${passed}${passage.added()}\r\n`;
}

/** What becomes of a request's fields of a meaning, one after the other, and what has to be added in the end. */
class RequestPassage implements Passage {
  readonly #head: RequestHead;
  readonly #route: Route;
  readonly #facts: RequestFacts;
  readonly #isUpgrade: boolean;
  #hasHost = false;
  #hasConnection = false;
  #hasEncoding = false;
  #hasProto = false;
  #hasForwardedHost = false;
  #isOwnOrigin = false;
  #forwardedFor = '';

  constructor(head: RequestHead, route: Route, facts: RequestFacts) {
    this.#head = head;
    this.#route = route;
    this.#facts = facts;
    this.#isUpgrade = wantsUpgrade(head);
  }

  /** Null: not passed on, or not here. */
  value(kind: FieldKind, value: string): string | null {
    switch (kind) {
      case 'host':
        this.#hasHost = true;
        return this.#route.target.host;
      case 'connection':
        return this.#connection();
      case 'upgrade':
        return this.#isUpgrade ? value : null;
      case 'keep-alive':
      case 'proxy-connection':
      case LOAD_FIELD:
        return null;
      case MARKED_FIELD:
        return withoutMark(value);
      case 'te':
        return /\btrailers\b/i.test(value) ? 'trailers' : null;
      case 'origin':
        if (!isOwnOrigin(value, this.#route.own)) return value;
        this.#isOwnOrigin = true;
        return this.#route.target.origin;
      case 'referer':
        return ownReferer(value, this.#route);
      case 'accept-encoding':
        this.#hasEncoding = true;
        return this.#facts.acceptEncoding ?? value;
      case 'if-none-match':
      case 'if-modified-since':
        return this.#condition(kind, value);
      default:
        return this.#forwarded(kind, value);
    }
  }

  /** Lines behind the browser's own. */
  added(): string {
    const { peer, acceptEncoding } = this.#facts;
    const { target, loopTag } = this.#route;
    let text = this.#hasHost ? '' : `Host: ${target.host}\r\n`;
    if (acceptEncoding !== null && !this.#hasEncoding) text += `Accept-Encoding: ${acceptEncoding}\r\n`;
    text += `X-Forwarded-For: ${this.#forwardedFor}${peer}\r\n`;
    if (!this.#hasProto) text += 'X-Forwarded-Proto: http\r\n';
    // A target that compares Origin with the forwarded host would find them at odds once Origin is its own.
    const host = this.#isOwnOrigin || this.#hasForwardedHost ? null : field(this.#head.fields, 'host');
    if (host !== null) text += `X-Forwarded-Host: ${host}\r\n`;
    return `${text}Forwarded: ${forwarded(peer, host)}\r\n${LOOP_FIELD}: ${loopTag}\r\n`;
  }

  #condition(kind: FieldKind, value: string): string | null {
    const { conditions } = this.#facts;
    if (conditions === null) return value;
    if (conditions.version === null) return null;
    return kind === 'if-none-match' ? targetTags(value) : value;
  }

  /** One line, whatever else was in it. */
  #connection(): string | null {
    if (!this.#isUpgrade || this.#hasConnection) return null;
    this.#hasConnection = true;
    return 'Upgrade';
  }

  /** What an earlier proxy has said stays; its list of addresses goes on. */
  #forwarded(kind: FieldKind, value: string): string | null {
    if (kind === 'x-forwarded-proto') this.#hasProto = true;
    else if (kind === 'x-forwarded-host') this.#hasForwardedHost = true;
    else if (kind === 'x-forwarded-for') {
      this.#forwardedFor += `${value}, `;
      return null;
    }
    return value;
  }
}

/** RFC 7239 4: addresses with a colon and authorities are quoted. A further element stands in a field of its own. */
function forwarded(peer: string, host: string | null): string {
  const by = `for=${peer.includes(':') ? `"[${peer}]"` : peer};proto=http`;
  return host === null ? by : `${by};host="${host}"`;
}

function ownReferer(value: string, { own, target }: Route): string {
  const end = value.indexOf('/', value.indexOf('://') + 3);
  const origin = end === -1 ? value : value.slice(0, end);
  return isOwnOrigin(origin, own) ? target.origin + value.slice(origin.length) : value;
}
