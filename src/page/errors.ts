/** Uncaught errors, rejections that nobody handled, resources that did not load, and what the page's policy blocked. */
import type { Link } from './link.ts';
import { readingOf } from './misread.ts';
import { get, holds, isArray, on, quietly, start } from './natives.ts';
import type { Behind } from './network.ts';
import { isError, plain, read, typeOf } from './plain.ts';
import { selectorOf } from './selector.ts';
import { wordOf } from './words.ts';

/** What is asked for on our own account is no affair of the page's. */
const OURS = '/__devtool/';
const LONGEST_TEXT = 10_000;

export function watchErrors(link: Link, behind: Behind): void {
  // Capturing: a failing resource's event does not bubble.
  on('error', (event) => quietly(() => note(event)), true);
  on(
    'unhandledrejection',
    (event) =>
      quietly(() => link.report('error', { source: 'unhandledrejection', behind: behind(), ...facts(event.reason) })),
    true,
  );
  // Of what was told as unhandled (WHATWG HTML 8.1.7.3).
  on(
    'rejectionhandled',
    (event) => quietly(() => link.report('error', { source: 'rejectionhandled', ...facts(event.reason) })),
    true,
  );
  on('securitypolicyviolation', (event) => quietly(() => violation(event)), true);

  function note(event: Event): void {
    if (event instanceof ErrorEvent) {
      const { message, filename, lineno, colno, error } = event;
      const known = facts(error ?? message);
      link.report('error', {
        source: 'uncaught',
        behind: behind(),
        ...known,
        // Of what only looks like an error, or not even so, the browser says no more than `[object Object]`.
        ...(error == null || (isError(error) && holds(message, String(known['message'])))
          ? { message: start(message, LONGEST_TEXT) }
          : {}),
        file: filename,
        line: lineno,
        column: colno,
      });
      return;
    }
    const element = event.target;
    if (!(element instanceof Element)) return;
    const url = addressOf(element);
    if (holds(url, OURS)) return;
    link.report('error', {
      source: 'resource',
      message: `${nameOf(element)} did not load${url === '' ? '' : `: ${url}`}`,
      url,
      element: selectorOf(element),
    });
  }

  function violation(event: SecurityPolicyViolationEvent): void {
    const { violatedDirective, blockedURI, sourceFile, lineNumber, columnNumber, disposition, sample } = event;
    if (holds(blockedURI, OURS) || holds(sample, OURS)) return;
    const message = `policy ${violatedDirective} ${disposition === 'report' ? 'would block' : 'blocked'} ${blockedURI}`;
    link.report('error', {
      source: 'policy',
      message,
      file: sourceFile,
      line: lineNumber,
      column: columnNumber,
      url: blockedURI,
    });
  }
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

function addressOf(element: Element): string {
  for (const name of ['currentSrc', 'src', 'href', 'data']) {
    const value: unknown = get(element, name);
    if (typeof value === 'string' && value !== '') return value;
    if (value instanceof SVGAnimatedString) return new URL(value.baseVal, element.baseURI).href;
  }
  return '';
}

/** A module fails for what it imports too, and its event does not say which. */
const nameOf = (element: Element): string =>
  element instanceof HTMLScriptElement && element.type === 'module'
    ? 'module script, or something that it imports,'
    : element.localName;
