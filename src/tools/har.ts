/** Exchanges as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/). A file for programs: only secrets are hidden in its texts. */
import { isUtf8 } from 'node:buffer';
import { type Fields, field, fieldsNamed } from '../proxy/fields.ts';
import type { Page } from '../proxy/pages.ts';
import type { Exchange } from '../proxy/recorded-exchange.ts';
import { type Bodies, decodedBody, hiddenBytes, hideField, isReadable, viewFields } from './exchange-view.ts';

type Show = (text: string) => string;

/** What the entries are taken from. */
export interface HarSource {
  /** Of the proxy: `http://localhost:12345`. */
  readonly origin: string;
  readonly log: Bodies;
  readonly pages: readonly Page[];
  /** Of this program. */
  readonly version: string;
  readonly iso: (micros: number) => string;
}

/** Secrets hidden by `show`. Pages are those that made one of the requests. */
export function harOf(exchanges: readonly Exchange[], source: HarSource, show: Show) {
  const loads = new Set(exchanges.map(({ load }) => load));
  const pages = source.pages.filter(({ facts }) => loads.has(facts.hello.load));
  return {
    log: {
      version: '1.2',
      creator: { name: 'devtool-mcp', version: source.version },
      pages: pages.map((page) => pageOf(page, source.iso, show)),
      entries: exchanges.map((exchange) => {
        const page = pages.find(({ facts }) => facts.hello.load === exchange.load);
        return {
          ...(page === undefined ? {} : { pageref: `page_${page.number}` }),
          ...entryOf(exchange, source, show),
        };
      }),
    },
  };
}

function pageOf({ number, facts: { hello, status }, startedAt }: Page, iso: HarSource['iso'], show: Show) {
  const at = (name: string): number => Number(status?.vitals[name] ?? -1);
  return {
    startedDateTime: iso(startedAt),
    id: `page_${number}`,
    title: show(status?.title ?? hello.title),
    pageTimings: { onContentLoad: at('dom_content_loaded_ms'), onLoad: at('load_ms') },
  };
}

function entryOf(exchange: Exchange, { origin, log, iso }: HarSource, show: Show) {
  const { id, began, status, outcome, note } = exchange;
  const timings = timingsOf(exchange);
  return {
    startedDateTime: iso(began),
    time: timings.total,
    request: requestOf(exchange, origin, log, show),
    response: {
      status,
      statusText: '',
      httpVersion: 'HTTP/1.1',
      cookies: fieldsNamed(exchange.response, 'set-cookie').map((line) => cookieOf(line, show)),
      headers: headersOf(exchange.response, show),
      content: contentOf(exchange, log, show),
      redirectURL: show(field(exchange.response, 'location') ?? ''),
      headersSize: -1,
      bodySize: exchange.responseBytes,
    },
    cache: {},
    timings: timings.parts,
    ...(note === '' ? {} : { comment: show(note) }),
    _id: `req_${id}`,
    _outcome: outcome ?? 'pending',
  };
}

function requestOf(exchange: Exchange, origin: string, log: Bodies, show: Show) {
  const { method, request, requestBytes } = exchange;
  const target = show(exchange.target);
  const cookies = (field(request, 'cookie') ?? '').split(';').filter((part) => part.trim() !== '');
  return {
    method,
    url: target.startsWith('/') ? origin + target : target,
    httpVersion: 'HTTP/1.1',
    cookies: cookies.map((part) => cookieOf(part, show)),
    headers: headersOf(request, show),
    queryString: pairsOf(queryOf(target)),
    ...(requestBytes === 0 ? {} : { postData: postOf(exchange, log, show) }),
    headersSize: -1,
    bodySize: requestBytes,
  };
}

/** What no text can say is Base64, as `_encoding` tells: HAR has a place for that in answers only. */
function postOf(exchange: Exchange, log: Bodies, show: Show) {
  const { text, base64, comment } = bodyOf(exchange, 'request', log, show);
  const mimeType = mimeOf(exchange.request);
  const isForm = mimeType.startsWith('application/x-www-form-urlencoded');
  return {
    mimeType,
    params: isForm && text !== null ? pairsOf(text) : [],
    text: text ?? base64,
    ...(text === null ? { _encoding: 'base64' } : {}),
    ...comment,
  };
}

interface Content {
  readonly size: number;
  readonly mimeType: string;
  readonly compression?: number;
  readonly text?: string;
  readonly encoding?: 'base64';
  readonly comment?: string;
  readonly _truncated?: true;
}

function contentOf(exchange: Exchange, log: Bodies, show: Show): Content {
  const { responseBytes: size, response } = exchange;
  const mimeType = mimeOf(response);
  if (size === 0) return { size, mimeType };
  const { text, base64, length, comment } = bodyOf(exchange, 'response', log, show);
  const body = text === null ? { text: base64, encoding: 'base64' as const } : { text };
  return { size: length, compression: length - size, mimeType, ...body, ...comment };
}

/** With its coding undone where that can be; else as it was sent, in Base64. */
function bodyOf(exchange: Exchange, of: 'request' | 'response', log: Bodies, show: Show) {
  const size = of === 'request' ? exchange.requestBytes : exchange.responseBytes;
  const { bytes, isWhole, decoded } = decodedBody(exchange, of, log);
  const shown = decoded ?? bytes;
  const isCut = !isWhole || bytes.length < size;
  const isText = decoded !== null && (isUtf8(shown) || (isCut && isReadable(shown)));
  return {
    text: isText ? show(shown.toString('utf8')) : null,
    base64: hiddenBytes(shown, show).toString('base64'),
    length: isCut || decoded === null ? size : shown.length,
    comment: isCut ? { comment: `${bytes.length} of ${size} bytes were kept`, _truncated: true as const } : {},
  };
}

/** One cookie of a Cookie or Set-Cookie field (RFC 6265 4); its value is a secret whatever it looks like. */
function cookieOf(line: string, show: Show) {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const equals = pair.indexOf('=');
  const attribute = (name: string): string | undefined =>
    attributes.find((one) => one.toLowerCase().split('=', 1)[0] === name)?.slice(name.length + 1);
  const [path, domain, expires] = [attribute('path'), attribute('domain'), Date.parse(attribute('expires') ?? '')];
  return {
    name: show(equals < 0 ? '' : pair.slice(0, equals)),
    value: hideField(pair.slice(equals + 1), show),
    ...(path === undefined ? {} : { path: show(path) }),
    ...(domain === undefined ? {} : { domain }),
    ...(Number.isNaN(expires) ? {} : { expires: new Date(expires).toISOString() }),
    httpOnly: attribute('httponly') !== undefined,
    secure: attribute('secure') !== undefined,
  };
}

/** Milliseconds. The connection is a phase of its own, and all phases together are the whole time. */
function timingsOf({ began, connected, firstByte, ended }: Exchange) {
  const since = (micros: number): number => Math.max(0, Math.round(micros - began)) / 1_000;
  const total = since(ended ?? began);
  const connect = connected === null ? -1 : Math.min(since(connected), total);
  const first = Math.max(Math.min(firstByte === null ? total : since(firstByte), total), connect, 0);
  const wait = first - Math.max(0, connect);
  const parts = { blocked: -1, dns: -1, connect, ssl: -1, send: 0, wait, receive: total - first };
  return { total, parts };
}

const headersOf = (fields: Fields, show: Show) =>
  viewFields(fields, show, (text) => text).map(([name, value]) => ({ name, value }));
const mimeOf = (fields: Fields): string => field(fields, 'content-type') ?? 'application/octet-stream';
const queryOf = (target: string): string => (target.includes('?') ? target.slice(target.indexOf('?') + 1) : '');
const pairsOf = (text: string) => [...new URLSearchParams(text)].map(([name, value]) => ({ name, value }));
