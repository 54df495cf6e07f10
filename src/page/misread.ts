/** Answers that were read as JSON and are none: what is known of their errors, as long as the page has those. */
import type { Misread } from './lookout/receiver.ts';
import { holds, lookUp, NativeWeakMap, noteDown } from './natives.ts';

const known = new NativeWeakMap<object, unknown>();

export const remember = (error: object, reading: Misread): void => void noteDown(known, error, reading);

/** What is known besides of an error: where it was met, and in which answer. */
export function readingOf(error: object, stack: string): { stack: string; answer?: string } {
  const reading = lookUp(known, error) as Misread | undefined;
  if (reading === undefined) return { stack };
  const frames = reading.made.stack ?? '';
  return {
    stack: holds(stack, '\n    at ') ? stack : `${stack}${frames.slice(frames.indexOf('\n'))}`,
    answer: reading.url,
  };
}
