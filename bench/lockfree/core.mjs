// The core that is measured: the built one, or what run.mjs has bundled from the sources; and the process manager's shared memory,
// which is always bundled.
export const core = await import(process.env.BENCH_CORE ?? '../../dist/lockfree.js');
export const { SharedMemory } = await import(process.env.BENCH_SHAPES ?? '');
