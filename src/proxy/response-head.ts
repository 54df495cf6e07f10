/** Response heads as the browser gets them: what points to the target points to us, hop-by-hop fields are our own. */
import { parseAuthority } from './authority.ts';
import { copyTag } from './document-copy.ts';
import { type FieldKind, namedByConnection } from './field-kinds.ts';
import { type Fields, fieldsNamed } from './fields.ts';
import { type HeadLines, type Passage, passedLines } from './head-lines.ts';
import type { Route } from './request-head.ts';
import type { Target } from './target.ts';

export interface ResponseFacts {
  /** `http://localhost:41234`: by what name the browser came. */
  readonly ownOrigin: string;
  /** What our Connection field says; null: none. */
  readonly connection: 'close' | 'keep-alive' | 'Upgrade' | null;
  /** The body is passed on without its chunk lines: the browser speaks HTTP/1.0. */
  readonly unchunked: boolean;
  /** Of the page client in the browser's copy, which a 304 is about; null: none of ours. */
  readonly copyVersion: string | null;
}

/** Status line and fields of a response of the target. */
export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  readonly fields: Fields;
  readonly lines?: HeadLines | null;
}

/** As latin1. */
export function responseHead(answer: AnswerHead, route: Route, facts: ResponseFacts): string {
  const { status, reason, fields, lines = null } = answer;
  const dropped = namedByConnection(fieldsNamed(fields, 'connection'));
  const passage: Passage = { value: (kind, value) => passed(kind, value, status, route.target, facts) };
  let text = passedLines(`HTTP/1.1 ${status} ${reason}\r\n`, fields, lines, dropped, passage);
  if (facts.connection !== null) text += `Connection: ${facts.connection}\r\n`;
  return `${text}\r\n`;
}

/** What becomes of a field of a meaning; null: not passed on. */
function passed(kind: FieldKind, value: string, status: number, target: Target, facts: ResponseFacts): string | null {
  switch (kind) {
    case 'connection':
    case 'keep-alive':
    case 'proxy-connection':
      return null;
    case 'upgrade':
      // What a 426 asks for, and what a 101 agrees to (RFC 9110 15.5.22, 15.2.2).
      return status === 101 || status === 426 ? value : null;
    case 'transfer-encoding':
    case 'trailer':
      return facts.unchunked ? null : value;
    case 'location':
      return ownUrl(value, target, facts.ownOrigin);
    case 'refresh':
      return ownRefresh(value, target, facts.ownOrigin);
    case 'set-cookie':
      return hostOnlyCookie(value, target);
    case 'etag':
      return status === 304 && facts.copyVersion !== null ? copyTag(['etag', value], facts.copyVersion) : value;
    default:
      return value;
  }
}

const ABSOLUTE = /^(https?:)?\/\/([^/?#\\]*)/i;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1', '0.0.0.0', '::']);

/** An absolute or scheme-relative URL of the target, under our origin; any other as it is. */
export function ownUrl(url: string, target: Target, ownOrigin: string): string {
  const match = ABSOLUTE.exec(url);
  if (match === null || !isTarget(match[2] ?? '', match[1]?.toLowerCase() ?? null, target)) return url;
  const own = match[1] === undefined ? ownOrigin.slice(ownOrigin.indexOf('//')) : ownOrigin;
  return own + url.slice(match[0].length);
}

function isTarget(text: string, scheme: string | null, target: Target): boolean {
  const authority = parseAuthority(text);
  if (authority === null) return false;
  const secure = scheme === null ? target.secure : scheme === 'https:';
  if ((authority.port ?? (secure ? 443 : 80)) !== target.port) return false;
  return authority.name === target.name || (LOOPBACK.has(authority.name) && LOOPBACK.has(target.name));
}

/** `5; url=…` */
function ownRefresh(value: string, target: Target, ownOrigin: string): string {
  const match = /^[\d.\s]*[;,]?\s*(?:url\s*=\s*)?['"]?/i.exec(value);
  const start = match?.[0].length ?? 0;
  return value.slice(0, start) + ownUrl(value.slice(start), target, ownOrigin);
}

/** Without a Domain that is the target's: the browser knows the page under our name. */
function hostOnlyCookie(value: string, target: Target): string {
  if (!/;\s*domain\s*=/i.test(value)) return value;
  const [pair = '', ...attributes] = value.split(';');
  return [pair, ...attributes.filter((attribute) => !isDomainOf(attribute, target.name))].join(';');
}

function isDomainOf(attribute: string, name: string): boolean {
  const [key = '', domain = ''] = attribute.split('=').map((part) => part.trim().toLowerCase());
  if (key !== 'domain') return false;
  const bare = domain.replace(/^\./, '');
  // A parent domain counts, a top-level one does not: no browser takes that.
  return bare === name || (bare.includes('.') && name.endsWith(`.${bare}`));
}
