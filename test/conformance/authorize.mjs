// Loaded before the conformance suite, which knows no tokens: each of its requests carries ours, and is untouched otherwise.
import http from 'node:http';
import { Agent, setGlobalDispatcher } from 'undici';

const AUTHORIZATION = ['authorization', `Bearer ${process.env.CONFORMANCE_TOKEN}`];

/** As undici takes them: names and values in turn, pairs, or an object. */
function withToken(headers) {
  if (Array.isArray(headers)) return [...headers, ...AUTHORIZATION];
  const pairs = typeof headers?.[Symbol.iterator] === 'function' ? [...headers] : Object.entries(headers ?? {});
  return Object.fromEntries([...pairs, AUTHORIZATION]);
}

setGlobalDispatcher(
  new Agent().compose(
    (dispatch) => (options, handler) => dispatch({ ...options, headers: withToken(options.headers) }, handler),
  ),
);

const { request } = http;
http.request = (...parts) =>
  request(
    ...parts.map((part) =>
      typeof part === 'object' && !(part instanceof URL) ? { ...part, headers: withToken(part.headers) } : part,
    ),
  );
