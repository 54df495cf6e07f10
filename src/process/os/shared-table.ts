/** One look at all processes for all runs that look at nearly the same time: ending 500 runs at once must not take 500 looks. */
import type { ProcessEntry } from './identity.ts';
import type { System } from './system.ts';

/** Shorter than the pause before a tree is believed to be gone (stop-tree.ts): two looks of one run are never the same table. */
const MAX_AGE_MICROS = 3_000;

/** `micros` is monotonic. */
export function sharingTable(system: System, micros: () => number): System {
  let table: readonly ProcessEntry[] | null = null;
  let takenAt = 0;
  return {
    ...system,
    processes(fresh = false) {
      if (fresh || table === null || micros() - takenAt > MAX_AGE_MICROS) {
        table = system.processes(true);
        takenAt = micros();
      }
      return table;
    },
  };
}
