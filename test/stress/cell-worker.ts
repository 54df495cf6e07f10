/** A thread of the cell's stress test. */
import { begin } from './begin.ts';
import { run } from './cell-tasks.ts';

begin(run);
