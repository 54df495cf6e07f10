/** Same-origin requests say which load made them; requests that failed before any answer are reported. */
import type { Link } from './link.ts';
import { apply, followed, NativeError, now, quietly, round } from './natives.ts';
import { patch } from './patch.ts';
import { LOAD_FIELD } from './protocol.ts';

/** A request of the page's scripts. */
interface Asked {
  readonly method: string;
  readonly url: string;
  readonly begun: number;
  /** Its stack is made into a text only when somebody asks. */
  readonly made: Error;
}

/** `GET /api/users 500`: what failed just before; null when nothing did. In the page's own order, which no clock tells so well. */
export type Behind = () => string | null;

/** A person notices such a wait. */
const SLOW_MS = 1_000;
/** An error so soon after a failed request is most likely its consequence. */
const CONSEQUENCE_MS = 2_000;

export function watchNetwork(link: Link, load: string): Behind {
  let latest = { said: '', at: Number.NEGATIVE_INFINITY };

  function answered({ method, url, begun, made }: Asked, status: number): void {
    const ms = round(now() - begun);
    if (status < 400 && ms < SLOW_MS) return;
    const { pathname } = new URL(url, document.baseURI);
    if (status >= 400) latest = { said: `${method} ${pathname} ${status}`, at: now() };
    // The proxy knows of the answer; where in the code it was asked for, only the page does.
    if (isOurs(url))
      link.report('performance', { what: 'request', method, url: pathname, status, ms, stack: made.stack ?? '' });
  }

  patch(window, 'fetch', (original) => (input, init) => {
    const begun = now();
    const made = new NativeError();
    // Read afterwards, and quietly: what a page passes may throw.
    const asked = (): Asked => ({ method: methodOf(input, init), url: urlOf(input), begun, made });
    const marked = markedInit(input, init, load);
    let answer = apply(original, window, marked === null ? [input, init] : [input, marked]) as Promise<Response>;
    // What the page gets is what follows: had we looked on the side, its rejection would count as handled.
    quietly(() => {
      answer = followed(
        answer,
        (response) => {
          quietly(() => answered(asked(), response.status));
          return response;
        },
        (error) => {
          quietly(() => failed(asked(), String(error)));
          throw error;
        },
      );
    });
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
          const opened = requests.get(this) ?? { method: 'GET', url: '' };
          const request = { ...opened, begun: now(), made: new NativeError() };
          if (isOurs(request.url)) this.setRequestHeader(LOAD_FIELD, load);
          this.addEventListener('load', () => quietly(() => answered(request, this.status)));
          this.addEventListener('error', () => quietly(() => failed(request, 'network error')));
          this.addEventListener('timeout', () => quietly(() => failed(request, 'timed out')));
        });
        return apply(original, this, [body]) as undefined;
      },
  );

  const requests = new WeakMap<XMLHttpRequest, { method: string; url: string }>();

  function failed({ method, url, begun, made }: Asked, reason: string): void {
    if (reason.startsWith('AbortError')) return;
    latest = { said: `${method} ${url} failed: ${reason}`, at: now() };
    link.report('network', { method, url, reason, ms: round(now() - begun), stack: made.stack ?? '' });
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
