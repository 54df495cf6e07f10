/** A thread of the segment's stress test. */
import { begin } from './begin.ts';
import { run } from './segment-tasks.ts';

begin(run);
