/** Which proxy an id means, seen from a directory. */
import { dirname } from 'node:path';
import type { ManagedProxy } from './managed-proxy.ts';
import { ambiguousProxy, proxyNotFound } from './proxy-faults.ts';

/** The one in `path` itself, else in the nearest directory above, else the only one of that name. Throws `ambiguous` or `not_found`. */
export function resolveProxy(id: string, path: string, all: readonly ManagedProxy[]): ManagedProxy {
  for (let directory = path; ; directory = dirname(directory)) {
    const here = all.find((proxy) => proxy.id === id && proxy.path === directory);
    if (here !== undefined) return here;
    if (dirname(directory) === directory) break;
  }
  const named = all.filter((proxy) => proxy.id === id);
  const [only, second] = named;
  if (only === undefined) throw proxyNotFound(id, path, [...new Set(all.map((proxy) => proxy.id))]);
  if (second === undefined) return only;
  throw ambiguousProxy(
    id,
    named.map((proxy) => proxy.path),
  );
}
