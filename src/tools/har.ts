/** Exchanges as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/). */
import { type Fields, field } from '../proxy/fields.ts';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import type { Exchange } from '../proxy/traffic-logger.ts';
import { viewExchange } from './exchange-view.ts';
import type { Workbench } from './workbench.ts';

export function harOf(
  exchanges: readonly Exchange[],
  proxy: ManagedProxy,
  workbench: Workbench,
  show: (text: string) => string,
) {
  const { version } = workbench.daemonInfo();
  return {
    log: {
      version: '1.2',
      creator: { name: 'devtool-mcp', version },
      pages: [],
      entries: exchanges.map((exchange) => entryOf(exchange, proxy, workbench, show)),
    },
  };
}

function entryOf(exchange: Exchange, proxy: ManagedProxy, workbench: Workbench, show: (text: string) => string) {
  const view = viewExchange(exchange, proxy.log, workbench.iso, show, null);
  const total = view.timing.total_ms ?? 0;
  const connect = view.timing.connect_ms ?? 0;
  const first = view.timing.first_byte_ms ?? total;
  const url = new URL(`http://localhost:${proxy.port}`).origin + view.url;
  return {
    startedDateTime: view.started_at,
    time: total,
    request: {
      method: view.method,
      url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: named(view.request.headers),
      queryString: queryOf(view.url),
      ...(view.request.body === null
        ? {}
        : {
            postData: {
              mimeType: mimeOf(exchange.request),
              text: view.request.body.text ?? view.request.body.base64 ?? '',
            },
          }),
      headersSize: -1,
      bodySize: view.request.size,
    },
    response: {
      status: view.status,
      statusText: '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: named(view.response.headers),
      content: {
        size: view.response.size,
        mimeType: mimeOf(exchange.response),
        ...(view.response.body?.text == null
          ? view.response.body?.base64 == null
            ? {}
            : { text: view.response.body.base64, encoding: 'base64' }
          : { text: view.response.body.text }),
      },
      redirectURL: field(exchange.response, 'location') ?? '',
      headersSize: -1,
      bodySize: view.response.size,
    },
    cache: {},
    timings: {
      blocked: -1,
      dns: -1,
      connect: -1,
      send: connect,
      wait: Math.max(0, first - connect),
      receive: Math.max(0, total - first),
    },
    _id: view.id,
    _outcome: view.outcome,
  };
}

const named = (pairs: readonly (readonly [string, string])[]) => pairs.map(([name, value]) => ({ name, value }));
const mimeOf = (fields: Fields): string => field(fields, 'content-type') ?? 'application/octet-stream';

const queryOf = (target: string) =>
  [...new URLSearchParams(target.split('?', 2)[1] ?? '')].map(([name, value]) => ({ name, value }));
