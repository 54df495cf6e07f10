/**
 * Answers that were read as JSON and are none: the most usual of unhandled rejections, of which Chromium tells a page nothing at all
 * (its error comes from no script), and whose stack has no place.
 */
import { apply, followed, get, holds, keepFor, keptFor, NativeError, quietly, responseUrl } from './natives.ts';
import { patch } from './patch.ts';

interface Misread {
  /** Its stack says where the answer was read. */
  readonly made: Error;
  readonly url: string;
}

/** Whether somebody deals with it or not, as with requests that fail. */
export function watchReading(failed: (reading: Misread, reason: string) => void): void {
  patch(
    Response.prototype,
    'json',
    (original) =>
      function json(this: Response) {
        const made = new NativeError();
        let value: Promise<unknown> = apply(original, this, []);
        // What the page gets is what follows: had we looked on the side, its rejection would count as handled.
        quietly(() => {
          value = followed(
            value,
            (read) => read,
            (error) => {
              quietly(() => note(error, { made, url: responseUrl(this) }));
              throw error;
            },
          );
        });
        return value as Promise<never>;
      },
  );

  function note(error: unknown, reading: Misread): void {
    if (!(error instanceof SyntaxError) || reading.url === '') return;
    keepFor(error, reading);
    failed(reading, String(error));
  }
}

/** What is known besides of an error: where it was met, and in which answer. */
export function readingOf(error: object, stack: string): { stack: string; answer?: string } {
  const known = keptFor(error) as Misread | undefined;
  if (known === undefined) return { stack };
  const frames = String(get(known.made, 'stack') ?? '');
  return {
    stack: holds(stack, '\n    at ') ? stack : `${stack}${frames.slice(frames.indexOf('\n'))}`,
    answer: known.url,
  };
}
