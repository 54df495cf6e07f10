/** `proxylog replay`: a recorded request sent again, to the proxy itself, and what its answer differs in. */

import { namedByConnection } from '../proxy/field-kinds.ts';
import type { Fields } from '../proxy/fields.ts';
import { field, fieldsNamed } from '../proxy/fields.ts';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import type { OwnAnswer } from '../proxy/own-exchange.ts';
import type { Exchange } from '../proxy/recorded-exchange.ts';
import { Fault } from '../text/fault.ts';
import { isSame, responseDiff } from './exchange-diff.ts';
import { type Bodies, exchangeLine } from './exchange-view.ts';
import { type Edits, editsOf, REBUILT } from './replay-edits.ts';
import type { Call, ToolResult } from './tool.ts';
import type { Workbench } from './workbench.ts';

export interface ReplayInput {
  readonly edits?: Readonly<Record<string, unknown>> | undefined;
  readonly timeout_ms: number;
}

interface Prepared {
  readonly method: string;
  readonly target: string;
  readonly fields: Fields;
  readonly body: Buffer;
}

/** Throws `invalid_argument`, `unsupported`, `not_running`, `timeout`, `cancelled`. */
export async function replay(
  proxy: ManagedProxy,
  exchange: Exchange,
  input: ReplayInput,
  show: (text: string) => string,
  call: Call,
  workbench: Workbench,
): Promise<ToolResult> {
  const prepared = prepare(exchange, editsOf(input.edits), proxy);
  const { signal } = call;
  const answer = await workbench.proxies.send(proxy, { ...prepared, timeoutMs: input.timeout_ms, signal });
  const again = checked(answer, proxy, exchange, input.timeout_ms);
  const response = responseDiff(exchange, again, proxy.log, show);
  return {
    kind: 'data',
    value: {
      proxy_id: proxy.id,
      replayed: `req_${exchange.id}`,
      entry_id: `req_${again.id}`,
      line: exchangeLine(again, workbench.proxies.now(), workbench.iso, show, proxy.log),
      same: isSame(response),
      response,
    },
  };
}

function checked(
  { end, exchange: again }: OwnAnswer,
  proxy: ManagedProxy,
  exchange: Exchange,
  timeout_ms: number,
): Exchange {
  const values = {
    proxy_id: proxy.id,
    replayed: `req_${exchange.id}`,
    entry_id: again === null ? null : `req_${again.id}`,
  };
  if (end.kind === 'timeout')
    throw new Fault(
      'timeout',
      `req_${exchange.id}, sent again, was not answered in full within timeout_ms=${timeout_ms}`,
      'It may have taken effect: proxylog get shows how far it came.',
      { ...values, timeout_ms },
    );
  if (end.kind === 'cancelled')
    throw new Fault('cancelled', `the replay of req_${exchange.id} was cancelled`, 'It may have taken effect.', values);
  if (again !== null) return again;
  const reason = end.kind === 'broken' ? end.reason : 'it was not recorded';
  throw new Fault('not_running', `proxy ${proxy.id} took no request: ${reason}`, 'Look at proxy status.', values);
}

/** The request as it is to be sent: what belongs to a connection or to the framing is left to the new one. */
export function prepare(exchange: Exchange, edits: Edits, proxy: Pick<ManagedProxy, 'log' | 'port'>): Prepared {
  refuseUnsuited(exchange);
  const body = edits.body ?? recordedBody(exchange, proxy.log);
  const method = edits.method ?? exchange.method;
  const fields = fieldsFor(exchange.request, edits, proxy.port);
  const isFramed = body.length > 0 || !['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(method);
  return {
    method,
    target: edits.url ?? exchange.target,
    fields: isFramed ? [...fields, 'Content-Length', String(body.length)] : fields,
    body,
  };
}

function refuseUnsuited({ id, method, outcome, status, request }: Exchange): void {
  const unread = outcome === 'refused' && request.length === 0 ? 'a request that could not be read' : null;
  const what = outcome === 'upgraded' || status === 101 ? 'a connection that was upgraded' : unread;
  if (what === null && method !== 'CONNECT' && method !== 'TRACE') return;
  throw new Fault(
    'unsupported',
    `req_${id} is ${what ?? `${method}`}`,
    'Only requests with an answer can be sent again.',
    {
      entry_id: `req_${id}`,
    },
  );
}

function fieldsFor(recorded: Fields, edits: Edits, port: number): string[] {
  const dropped = new Set(namedByConnection(fieldsNamed(recorded, 'connection')));
  // A body that was given is not in the coding of the one that was recorded.
  if (edits.body !== undefined) dropped.add('content-encoding');
  const fields = field(recorded, 'host') === null ? ['Host', `localhost:${port}`] : [];
  const left = new Map(edits.headers);
  if (edits.isJson && field(recorded, 'content-type') === null && !left.has('content-type'))
    left.set('content-type', 'application/json');
  for (let at = 0; at < recorded.length; at += 2) {
    const [name = '', value = ''] = [recorded[at], recorded[at + 1]];
    const key = name.toLowerCase();
    if ((REBUILT.has(key) && key !== 'host') || (dropped.has(key) && !edits.headers.has(key))) continue;
    if (!edits.headers.has(key)) fields.push(name, value);
    else if (left.has(key)) {
      const edited = left.get(key) ?? null;
      left.delete(key);
      if (edited !== null) fields.push(name, edited);
    }
  }
  for (const [name, value] of left) if (value !== null) fields.push(name, value);
  return fields;
}

/** Throws `unsupported` when it is not there whole: what is missing cannot be sent. */
function recordedBody(exchange: Exchange, log: Bodies): Buffer {
  const { id, request, requestBytes, ended } = exchange;
  const length = Number(field(request, 'content-length') ?? Number.NaN);
  const isChunked = field(request, 'transfer-encoding') !== null;
  const size = isChunked || Number.isNaN(length) ? requestBytes : length;
  const { bytes, isWhole } = log.body(id, 'request', size);
  const isOver = !isChunked || (ended !== null && ['complete', 'upgraded'].includes(exchange.outcome ?? ''));
  if (bytes.length === size && (size === 0 || isWhole) && isOver) return bytes;
  throw new Fault(
    'unsupported',
    `the body of req_${id} is not whole: ${bytes.length} of ${size} bytes are kept (of each body at most 65536, the oldest go first)`,
    'Give the body to be sent: edits: {"body": …}.',
    { entry_id: `req_${id}`, kept_bytes: bytes.length, size },
  );
}
