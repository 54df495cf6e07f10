/** Requests say which load made them; those that failed before any answer, were refused or slow are reported. */
import type { Link } from './link.ts';
import { watchReading } from './misread.ts';
import {
  addHeader,
  apply,
  followed,
  get,
  isAborted,
  listenTo,
  NativeError,
  NativeRequest,
  now,
  quietly,
  round,
  setRequestHeader,
} from './natives.ts';
import { patch } from './patch.ts';
import { LOAD_MARK } from './protocol.ts';

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
/** Of every origin's servers: none has to be asked first. */
const MARKED_FIELD = 'Content-Language';

/** As a page calls it, which may be wrongly. */
type FetchWords = [input?: RequestInfo | URL, init?: RequestInit];

export function watchNetwork(link: Link, load: string): Behind {
  const mark = LOAD_MARK + load;
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

  function failed({ method, url, begun, made }: Asked, reason: string): void {
    latest = { said: `${method} ${url} failed: ${reason}`, at: now() };
    link.report('network', { method, url, reason, ms: round(now() - begun), stack: made.stack ?? '' });
  }

  patch(
    window,
    'fetch',
    (original) =>
      function fetch(this: unknown, ...words: FetchWords) {
        const begun = now();
        const made = new NativeError();
        const marked = markedRequest(words, mark);
        // Read afterwards, and quietly: what a page passes may throw.
        const asked = (): Asked => ({ method: methodOf(words), url: urlOf(words[0]), begun, made });
        let answer = apply(original, this, marked === null ? words : [marked]) as Promise<Response>;
        // What the page gets is what follows: had we looked on the side, its rejection would count as handled.
        quietly(() => {
          answer = followed(
            answer,
            (response) => {
              quietly(() => answered(asked(), response.status));
              return response;
            },
            (error) => {
              quietly(() => {
                if (!isGivenUp(words, error)) failed(asked(), String(error));
              });
              throw error;
            },
          );
        });
        return answer;
      },
  );

  watchReading(({ made, url }, reason) => failed({ method: 'reading', url, begun: now(), made }, reason));

  const requests = new WeakMap<XMLHttpRequest, { method: string; url: string; asked: Asked | null }>();

  patch(
    XMLHttpRequest.prototype,
    'open',
    (original) =>
      function open(this: XMLHttpRequest, ...words: unknown[]) {
        const answer = apply(original, this, words);
        quietly(() => {
          if (!requests.has(this)) watch(this);
          requests.set(this, { method: String(words[0]).toUpperCase(), url: String(words[1]), asked: null });
        });
        return answer as undefined;
      },
  );

  patch(
    XMLHttpRequest.prototype,
    'send',
    (original) =>
      function send(this: XMLHttpRequest, ...words: [body?: XMLHttpRequestBodyInit | Document | null]) {
        quietly(() => {
          const opened = requests.get(this);
          if (opened === undefined) return;
          opened.asked = { ...opened, begun: now(), made: new NativeError() };
          if (isOurs(opened.url)) setRequestHeader(this, MARKED_FIELD, mark);
        });
        return apply(original, this, words) as undefined;
      },
  );

  /** Once for each: an object may be opened again and again. */
  function watch(request: XMLHttpRequest): void {
    const when = (name: string, take: (asked: Asked) => void) =>
      listenTo(request, name, () =>
        quietly(() => {
          const asked = requests.get(request)?.asked;
          if (asked) take(asked);
        }),
      );
    when('load', (asked) => answered(asked, request.status));
    when('error', (asked) => failed(asked, 'network error'));
    when('timeout', (asked) => failed(asked, 'timed out'));
  }

  return () => (now() - latest.at < CONSEQUENCE_MS ? latest.said : null);
}

/** Another origin's pages are none of ours. */
function isOurs(url: string): boolean {
  try {
    return new URL(url, document.baseURI).origin === location.origin;
  } catch {
    return false;
  }
}

/** Of a request of any realm: frames have a class of their own. */
function urlOf(input: unknown): string {
  const url: unknown = typeof input === 'object' && input !== null ? get(input, 'url') : undefined;
  return typeof url === 'string' ? url : String(input);
}

function methodOf([input, init]: FetchWords): string {
  const given: unknown = init?.method ?? (typeof input === 'object' ? get(input, 'method') : undefined);
  return typeof given === 'string' ? given.toUpperCase() : 'GET';
}

/** What the page itself has called off; its own limit of time is a failure. */
const isGivenUp = ([input, init]: FetchWords, error: unknown): boolean => {
  const signal: unknown = init?.signal ?? (typeof input === 'object' ? get(input, 'signal') : undefined);
  return isAborted(signal) && !(error instanceof NativeError && error.name === 'TimeoutError');
};

/** The very request that `fetch` would make of its words (Fetch 5.4); null where they are to be passed as they are. */
function markedRequest(words: FetchWords, mark: string): Request | null {
  try {
    const [input, init] = words;
    if (input === undefined || !isOurs(urlOf(input))) return null;
    const request = new NativeRequest(input, init);
    addHeader(request, MARKED_FIELD, mark);
    return request;
  } catch {
    return null;
  }
}
