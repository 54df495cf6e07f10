/** A thread of the journal's stress test. */
import { begin } from './begin.ts';
import { run } from './journal-tasks.ts';

begin(run);
