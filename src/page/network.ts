/** Same-origin requests say which load made them; requests that failed before any answer are reported. */
import type { Link } from './link.ts';
import { apply, now, quietly, round, whenSettled } from './natives.ts';
import { patch } from './patch.ts';
import { LOAD_FIELD } from './protocol.ts';

/** `GET /api/users 500`: what failed just before; null when nothing did. In the page's own order, which no clock tells so well. */
export type Behind = () => string | null;

/** An error so soon after a failed request is most likely its consequence. */
const CONSEQUENCE_MS = 2_000;

export function watchNetwork(link: Link, load: string): Behind {
  let latest = { said: '', at: Number.NEGATIVE_INFINITY };
  function answered(method: string, url: string, status: number): void {
    if (status >= 400) latest = { said: `${method} ${new URL(url, document.baseURI).pathname} ${status}`, at: now() };
  }

  patch(window, 'fetch', (original) => (input, init) => {
    const begun = now();
    const marked = markedInit(input, init, load);
    const answer = apply(original, window, marked === null ? [input, init] : [input, marked]) as Promise<Response>;
    quietly(() =>
      whenSettled(
        answer,
        ({ status }) => quietly(() => answered(methodOf(input, init), urlOf(input), status)),
        (error) => quietly(() => failed(methodOf(input, init), urlOf(input), begun, String(error))),
      ),
    );
    return answer;
  });

  patch(
    XMLHttpRequest.prototype,
    'open',
    (original) =>
      function open(this: XMLHttpRequest, ...words: unknown[]) {
        quietly(() => requests.set(this, { method: String(words[0]), url: String(words[1]) }));
        return apply(original, this, words) as undefined;
      },
  );

  patch(
    XMLHttpRequest.prototype,
    'send',
    (original) =>
      function send(this: XMLHttpRequest, body) {
        quietly(() => {
          const begun = now();
          const { method, url } = requests.get(this) ?? { method: 'GET', url: '' };
          if (isOurs(url)) this.setRequestHeader(LOAD_FIELD, load);
          this.addEventListener('load', () => quietly(() => answered(method, url, this.status)));
          this.addEventListener('error', () => quietly(() => failed(method, url, begun, 'network error')));
          this.addEventListener('timeout', () => quietly(() => failed(method, url, begun, 'timed out')));
        });
        return apply(original, this, [body]) as undefined;
      },
  );

  const requests = new WeakMap<XMLHttpRequest, { method: string; url: string }>();

  function failed(method: string, url: string, begun: number, reason: string): void {
    if (reason.startsWith('AbortError')) return;
    link.report('network', { method, url, reason, ms: round(now() - begun) });
  }

  return () => (now() - latest.at < CONSEQUENCE_MS ? latest.said : null);
}

/** Another origin's server would have to allow the field first: those requests are left as they are. */
function isOurs(url: string): boolean {
  try {
    return new URL(url, document.baseURI).origin === location.origin;
  } catch {
    return false;
  }
}

const urlOf = (input: RequestInfo | URL): string => (input instanceof Request ? input.url : String(input));
const methodOf = (input: RequestInfo | URL, init?: RequestInit): string =>
  (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();

/** Null where the request is to be passed as it is. */
function markedInit(input: RequestInfo | URL, init: RequestInit | undefined, load: string): RequestInit | null {
  try {
    const mode = init?.mode ?? (input instanceof Request ? input.mode : 'cors');
    if (mode === 'no-cors' || !isOurs(urlOf(input))) return null;
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set(LOAD_FIELD, load);
    return { ...init, headers };
  } catch {
    return null;
  }
}
