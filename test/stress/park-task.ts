/** Memory of the park's stress test: two parks, and the two words that are waited for. */
import { PARK } from '../../src/lockfree/index.ts';

/** Word indices. */
export const PARKS = {
  requests: 0,
  replies: PARK.bytes / 4,
  asked: PARK.bytes / 2,
  answered: PARK.bytes / 2 + 32,
} as const;

export const PARK_TASK_BYTES = 2 * PARK.bytes + 256;

export interface ParkTask {
  readonly buffer: SharedArrayBuffer;
  readonly rounds: number;
}
