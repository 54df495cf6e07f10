/**
 * 32-bit sequences that wrap: what a counter in one word means once it has passed 2³¹ − 1.
 *
 * Two sequences can be ordered while they are less than 2³¹ apart; each user states how long that takes at its rate.
 */

/** The sequence `by` steps after `sequence`, wrapped to int32; `by` may be negative. */
export const advance = (sequence: number, by = 1): number => (sequence + by) | 0;

/** Steps from `from` to `to`: negative when `to` is earlier, right while they are less than 2³¹ apart. */
export const distance = (from: number, to: number): number => (to - from) | 0;

/** Whether `a` is strictly earlier than `b`. */
export const isBefore = (a: number, b: number): boolean => distance(a, b) > 0;

/** The later of two sequences. */
export const later = (a: number, b: number): number => (isBefore(a, b) ? b : a);
