/** A thread of the stress tests of state words, counters and flags. */
import { begin } from './begin.ts';
import { run } from './words-tasks.ts';

begin(run);
