/** Requests say which load made them; those that failed before any answer, were refused or slow are sensed, and answers that are not what they were read as. */
import { LOAD_MARK } from '../protocol.ts';
import { patch, type Stead } from './patch.ts';
import { get } from './property.ts';
import { quietly } from './quietly.ts';
import type { Asked } from './receiver.ts';
import { addHeader, headersOf, NativeRequest, saved, setHeader } from './saved.ts';
import { sense } from './sense.ts';

/** A person notices such a wait. */
const SLOW_MS = 1_000;
/** Of every origin's servers: none has to be asked first. */
const MARKED_FIELD = 'Content-Language';

const { apply, lookUp, noteDown, now } = saved;

/** As a page calls it, which may be wrongly. */
type FetchWords = [input?: RequestInfo | URL, init?: RequestInit];

interface Opened {
  readonly method: string;
  readonly url: string;
  asked: Asked | null;
}

export function senseRequests(load: string): void {
  const mark = LOAD_MARK + load;
  patch(window, 'fetch', (original, self, words: FetchWords) => {
    const begun = now();
    const made = new saved.Error();
    const marked = markedRequest(words, mark);
    // Read afterwards, and quietly: what a page passes may throw.
    const asked = (): Asked => ({ method: methodOf(words), url: urlOf(words[0]), begun, made });
    return watched(
      apply(original, self, marked === null ? words : [marked]) as Promise<Response>,
      (response) => answered(asked, response.status),
      (error) => {
        if (!isGivenUp(words, error)) failed(asked(), String(error));
      },
    );
  });
  patch(Response.prototype, 'json', read);
  senseXhr(mark);
}

function answered(asked: () => Asked, status: number): void {
  const known = asked();
  if (status >= 400 || now() - known.begun >= SLOW_MS) sense(true, (to) => to.answered(known, status));
}

const failed = (asked: Asked, reason: string): void => sense(true, (to) => to.failed(asked, reason));

/** What the page gets is what follows: had we looked on the side, its rejection would count as handled. */
function watched<T>(answer: Promise<T>, done: (value: T) => void, failed: (error: unknown) => void): Promise<T> {
  let followed = answer;
  quietly(() => {
    const pass = (value: T) => {
      quietly(() => done(value));
      return value;
    };
    const fail = (error: unknown): never => {
      quietly(() => failed(error));
      throw error;
    };
    followed = saved.follow(answer, pass, fail);
  });
  return followed;
}

/** The most usual of unhandled rejections, of which Chromium tells a page nothing at all, and whose stack has no place. */
const read: Stead = (original, self) => {
  const made = new saved.Error();
  return watched(
    apply(original, self, []) as Promise<unknown>,
    () => {},
    (error) => {
      const { url } = self as Response;
      if (!(error instanceof SyntaxError) || url === '') return;
      sense(true, (to) => to.misread(error, { made, url }));
    },
  );
};

function senseXhr(mark: string): void {
  const requests = new WeakMap<object, Opened>();
  const openedOf = (request: object) => lookUp(requests, request) as Opened | undefined;
  patch(XMLHttpRequest.prototype, 'open', (original, self, words) => {
    const answer = apply(original, self, words);
    quietly(() => {
      const request = self as XMLHttpRequest;
      if (openedOf(request) === undefined) watch(request);
      const opened: Opened = { method: String(words[0]).toUpperCase(), url: String(words[1]), asked: null };
      noteDown(requests, request, opened);
    });
    return answer;
  });
  patch(XMLHttpRequest.prototype, 'send', (original, self, words) => {
    quietly(() => {
      const request = self as XMLHttpRequest;
      const opened = openedOf(request);
      if (opened === undefined) return;
      opened.asked = { method: opened.method, url: opened.url, begun: now(), made: new saved.Error() };
      if (isOurs(opened.url)) setHeader(request, MARKED_FIELD, mark);
    });
    return apply(original, self, words);
  });

  /** Once for each: an object may be opened again and again. */
  function watch(request: XMLHttpRequest): void {
    const when = (name: string, take: (asked: Asked) => void) =>
      saved.listenTo(request, name, () =>
        quietly(() => {
          const asked = openedOf(request)?.asked;
          if (asked) take(asked);
        }),
      );
    when('load', (asked) => answered(() => asked, request.status));
    when('error', (asked) => failed(asked, 'network error'));
    when('timeout', (asked) => failed(asked, 'timed out'));
  }
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

function methodOf(words: FetchWords): string {
  const input = words[0];
  const given: unknown = words[1]?.method ?? (typeof input === 'object' ? get(input, 'method') : undefined);
  return typeof given === 'string' ? given.toUpperCase() : 'GET';
}

/** What the page itself has called off; its own limit of time is a failure. */
function isGivenUp(words: FetchWords, error: unknown): boolean {
  const input = words[0];
  const signal: unknown = words[1]?.signal ?? (typeof input === 'object' ? get(input, 'signal') : undefined);
  const isAborted = typeof signal === 'object' && signal !== null && get(signal, 'aborted') === true;
  return isAborted && !(error instanceof saved.Error && error.name === 'TimeoutError');
}

/** The very request that `fetch` would make of its words (Fetch 5.4); null where they are to be passed as they are. */
function markedRequest(words: FetchWords, mark: string): Request | null {
  try {
    const input = words[0];
    if (input === undefined || !isOurs(urlOf(input))) return null;
    const request = new NativeRequest(input, words[1]);
    addHeader(headersOf(request), MARKED_FIELD, mark);
    return request;
  } catch {
    return null;
  }
}
