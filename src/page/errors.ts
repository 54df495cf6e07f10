/** Uncaught errors, rejections that nobody handled, resources that did not load, and what the page's policy blocked. */
import type { Link } from './link.ts';
import { encode, get, on, quietly } from './natives.ts';
import type { Behind } from './network.ts';
import { plain, typeOf } from './plain.ts';
import { selectorOf } from './selector.ts';

export function watchErrors(link: Link, behind: Behind): void {
  // Capturing: a failing resource's event does not bubble.
  on('error', (event) => quietly(() => note(event)), true);
  on(
    'unhandledrejection',
    (event) =>
      quietly(() => link.report('error', { source: 'unhandledrejection', behind: behind(), ...facts(event.reason) })),
    true,
  );
  on('securitypolicyviolation', (event) => quietly(() => violation(event)), true);

  function note(event: Event): void {
    if (event instanceof ErrorEvent) {
      const { message, filename, lineno, colno, error } = event;
      link.report('error', {
        source: 'uncaught',
        behind: behind(),
        ...facts(error ?? message),
        message,
        file: filename,
        line: lineno,
        column: colno,
      });
      return;
    }
    const element = event.target;
    if (!(element instanceof Element)) return;
    const url = addressOf(element);
    link.report('error', {
      source: 'resource',
      message: `${element.localName} did not load: ${url}`,
      url,
      element: selectorOf(element),
    });
  }

  function violation(event: SecurityPolicyViolationEvent): void {
    const { violatedDirective, blockedURI, sourceFile, lineNumber, columnNumber, disposition } = event;
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
  if (thrown instanceof Error) {
    const cause = read(thrown, 'cause');
    return {
      name: textOf(read(thrown, 'name')),
      message: textOf(read(thrown, 'message')),
      stack: textOf(read(thrown, 'stack')),
      cause: plain(cause ?? null),
    };
  }
  const message = typeof thrown === 'string' ? thrown : encode(plain(thrown));
  return { name: typeOf(thrown), message, stack: '' };
}

function read(from: object, name: string): unknown {
  try {
    return get(from, name);
  } catch {
    return '';
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : encode(plain(value ?? '')));

function addressOf(element: Element): string {
  for (const name of ['currentSrc', 'src', 'href', 'data']) {
    const value: unknown = get(element, name);
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}
