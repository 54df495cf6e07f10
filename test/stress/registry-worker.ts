/** A thread of the registry's stress test. */
import { begin } from './begin.ts';
import { run } from './registry-tasks.ts';

begin(run);
