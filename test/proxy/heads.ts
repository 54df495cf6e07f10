/** Heads as the reader gives them, from their text. */
import { Http1Reader, type RequestHead, type ResponseHead } from '../../src/proxy/http1.ts';
import type { Route } from '../../src/proxy/request-head.ts';
import { parseTarget } from '../../src/proxy/target.ts';

export function routeTo(target: string, more: Partial<Route> = {}): Route {
  const own = { port: 41_234, addresses: ['127.0.0.1', '::1'], publicAuthority: null };
  return { target: parseTarget(target), own, publicOrigin: null, loopTag: 'tag', ...more };
}

export function requestOf(fields: string, line = 'GET / HTTP/1.1'): RequestHead {
  const reader = new Http1Reader('request');
  reader.push(Buffer.from(`${line}\r\n${fields}\r\n`, 'latin1'));
  const head = reader.next();
  if (head?.kind !== 'request') throw new Error('no request head');
  return head;
}

export function responseOf(fields: string, line = 'HTTP/1.1 200 OK'): ResponseHead {
  const reader = new Http1Reader('response');
  reader.push(Buffer.from(`${line}\r\n${fields}\r\n`, 'latin1'));
  const head = reader.next('GET');
  if (head?.kind !== 'response') throw new Error('no response head');
  return head;
}
