/** `wait_for` and `for`: what may be waited for, as a parameter. */
import * as z from 'zod';
import type { Patterns } from '../patterns/patterns.ts';
import type { Condition } from '../process/condition.ts';
import { patternFault } from '../process/pattern-fault.ts';

export const portSchema = z.int().min(1).max(65_535);

export const waitForSchema = z.union(
  [
    z.enum(['ready', 'exit', 'none']),
    z.strictObject({ text: z.string().min(1) }),
    z.strictObject({ regex: z.string().min(1) }),
    z.strictObject({ port: portSchema }),
    z.strictObject({ http: z.url({ protocol: /^https?$/ }) }),
  ],
  'must be "ready", "exit", "none" or an object of one of text, regex, port, http',
);

export function conditionOf(given: z.output<typeof waitForSchema>): Condition {
  if (typeof given === 'string') return { kind: given };
  if ('text' in given) return { kind: 'text', text: given.text };
  if ('regex' in given) return { kind: 'regex', regex: given.regex };
  if ('port' in given) return { kind: 'port', port: given.port };
  return { kind: 'http', url: given.http };
}

/** Throws `invalid_argument` for a pattern that is none, before anything is started or waited for. */
export async function checkCondition(given: z.output<typeof waitForSchema>, patterns: Patterns): Promise<void> {
  if (typeof given === 'string' || !('regex' in given)) return;
  const tested = await patterns.test(given.regex, []);
  if (tested.kind !== 'tested') throw patternFault(tested);
}
