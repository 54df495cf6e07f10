/** The clock of a proxy's records. */

const NANOS = 1_000_000_000n;

/** Whole microseconds since an `hrtime` in nanoseconds. In numbers: a big one for each look costs half as much again. */
export function microsSince(epoch: bigint): () => number {
  const seconds = Number(epoch / NANOS);
  const nanos = Number(epoch % NANOS);
  return () => {
    const [s, n] = process.hrtime();
    return (s - seconds) * 1e6 + Math.floor((n - nanos) / 1e3);
  };
}
