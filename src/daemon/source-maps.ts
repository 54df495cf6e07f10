/** Source maps of each proxy's scripts, fetched from its target: of the proxy's own origin alone, whatever a page names. */
import { isDevtoolPath } from '../proxy/devtool-paths.ts';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import { createSourceMaps, type SourceMaps } from '../proxy/source-map.ts';
import { boundedText } from './bounded-text.ts';

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 50 * 1_048_576;

export function sourceMapsOf(): (proxy: ManagedProxy) => SourceMaps {
  const known = new WeakMap<ManagedProxy, SourceMaps>();
  return (proxy) => {
    const present = known.get(proxy);
    if (present !== undefined) return present;
    const maps = createSourceMaps((url) => fetchFromTarget(proxy, url));
    known.set(proxy, maps);
    return maps;
  };
}

async function fetchFromTarget(proxy: ManagedProxy, address: string): Promise<string | null> {
  const url = new URL(address);
  const publicHost = proxy.request.publicUrl === null ? null : new URL(proxy.request.publicUrl).host;
  if (Number(url.port) !== proxy.port && url.host !== publicHost) return null;
  if (isDevtoolPath(url.pathname)) return null;
  const target = new URL(url.pathname + url.search, proxy.target.url);
  const response = await fetch(target, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) {
    await response.body?.cancel();
    return null;
  }
  const text = await boundedText(response, MOST_BYTES);
  const map = response.headers.get('sourcemap') ?? response.headers.get('x-sourcemap');
  // The field says what a last comment would (ECMA-426 11.1.2).
  return text === null || map === null ? text : `${text}\n//# sourceMappingURL=${map}`;
}
