/** Uncaught errors, rejections that nobody handled, resources that did not load, and what the page's policy blocked. */
import type { Link } from './link.ts';
import type { Receiver } from './lookout/receiver.ts';
import { readingOf } from './misread.ts';
import { holds, isArray, start } from './natives.ts';
import type { Behind } from './network.ts';
import { isError, plain, read, typeOf } from './plain.ts';
import { selectorFrom } from './selector.ts';
import { wordOf } from './words.ts';

/** What is asked for on our own account is no affair of the page's. */
const OURS = '/__devtool/';
const LONGEST_TEXT = 10_000;

type Faults = Pick<Receiver, 'thrown' | 'rejected' | 'handled' | 'missing' | 'blocked'>;

export function readErrors(link: Link, behind: Behind): Faults {
  return {
    thrown(event) {
      // A page can make an event of that name itself.
      if (!(event instanceof ErrorEvent)) return;
      const { message, filename, lineno, colno, error } = event;
      const known = facts(error ?? message);
      // Of what only looks like an error, or not even so, the browser says no more than `[object Object]`.
      const isTold = error == null || (isError(error) && holds(message, String(known['message'])));
      link.report('error', {
        source: 'uncaught',
        behind: behind(),
        ...known,
        ...(isTold ? { message: start(message, LONGEST_TEXT) } : {}),
        file: filename,
        line: lineno,
        column: colno,
      });
    },
    rejected: ({ reason }) =>
      link.report('error', { source: 'unhandledrejection', behind: behind(), ...facts(reason) }),
    handled: ({ reason }) => link.report('error', { source: 'rejectionhandled', ...facts(reason) }),
    missing({ name, url, way }) {
      if (holds(url, OURS)) return;
      const message = `${name} did not load${url === '' ? '' : `: ${url}`}`;
      link.report('error', { source: 'resource', message, url, element: selectorFrom(way) });
    },
    blocked({ violatedDirective, blockedURI, sourceFile, lineNumber, columnNumber, disposition, sample }) {
      if (holds(blockedURI, OURS) || holds(sample, OURS)) return;
      const message = `policy ${violatedDirective} ${disposition === 'report' ? 'would block' : 'blocked'} ${blockedURI}`;
      const place = { file: sourceFile, line: lineNumber, column: columnNumber };
      link.report('error', { source: 'policy', message, ...place, url: blockedURI });
    },
  };
}

/** What is known of a thrown value, which may be anything, and may throw when it is looked at. */
export function facts(thrown: unknown): Record<string, unknown> {
  if (!isError(thrown)) {
    const isPlain = typeof thrown === 'string' || thrown == null;
    return { name: isPlain ? '' : typeOf(thrown), message: wordOf(thrown), stack: '' };
  }
  return {
    name: textOf(read(thrown, 'name')),
    message: textOf(read(thrown, 'message')),
    ...readingOf(thrown, textOf(read(thrown, 'stack'))),
    cause: causeOf(thrown),
  };
}

/** Of several that are one, each. */
function causeOf(error: object): unknown {
  const errors = read(error, 'errors');
  if (isArray(errors) && errors.length > 0) return plain(errors);
  const cause = read(error, 'cause');
  return cause === '' ? null : plain(cause ?? null);
}

const textOf = (value: unknown): string => start(typeof value === 'string' ? value : wordOf(value ?? ''), LONGEST_TEXT);
