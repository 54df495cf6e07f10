/** Why a pattern gave no answer, as an error for the reader. */
import type { PatternFailure } from '../patterns/patterns.ts';
import { Fault } from '../text/fault.ts';

export function patternFault(failure: PatternFailure): Fault {
  const pattern = failure.pattern.length > 200 ? `${failure.pattern.slice(0, 200)}…` : failure.pattern;
  const refused = (why: string, hint: string) =>
    new Fault('invalid_argument', `pattern ${JSON.stringify(pattern)} ${why}`, hint, { pattern });
  switch (failure.kind) {
    case 'invalid':
      return refused(
        `is not a regular expression: ${failure.reason}`,
        'Use JavaScript syntax; escape ( [ { * + ? . with a backslash.',
      );
    case 'runaway':
      return refused(
        `was ended after ${failure.deadlineMs} ms: it backtracks without end`,
        'Avoid nested repetition such as (a+)+, or search for a plain text.',
      );
    case 'too_large':
      return refused(
        `met ${failure.characters} characters, more than ${failure.most}`,
        'Narrow the output with after or stream.',
      );
    case 'busy':
      return new Fault('limit', `${failure.waiting} patterns wait already`, 'Try again in a moment.', {
        waiting: failure.waiting,
      });
    case 'lost':
      return new Fault(
        'internal',
        `the pattern worker was lost: ${failure.reason}`,
        'Try again: a new one has been started.',
      );
    case 'closed':
      return new Fault('shutting_down', 'the daemon is ending', 'Call again: a new daemon starts by itself.');
  }
}
