/** A thread of the ring buffer's stress test. */
import { begin } from './begin.ts';
import { run } from './ring-tasks.ts';

begin(run);
