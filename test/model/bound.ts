/** How deep models are explored: 2 preemptions in the tests, MODEL_BOUND=3 in `npm run model:deep`. */
export const BOUND = Number(process.env.MODEL_BOUND ?? 2);

/** Of three threads, and of long programs: there a third preemption takes hours, where others take seconds. */
export const WIDE_BOUND = Math.min(BOUND, 2);

/** Executions after which a scenario that has not ended is explored with a preemption less, and counted as that. */
export const LIMIT = Number(process.env.MODEL_LIMIT ?? Number.POSITIVE_INFINITY);
