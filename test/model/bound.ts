/** How deep models are explored: 2 preemptions in the tests, MODEL_BOUND=3 in `npm run model:deep`. */
export const BOUND = Number(process.env.MODEL_BOUND ?? 2);
