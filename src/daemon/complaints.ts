/** What is wrong with one connection's lines, in the log: each of the first, then the connection ends. A front passes on no such line. */

export interface Complaints {
  say(line: string): void;
}

/** A few are a client's mistake; so many in so long are no client of ours. */
const MOST = 20;
const WINDOW_MS = 10_000;

export function createComplaints(
  name: string,
  now: () => number,
  log: (line: string) => void,
  close: () => void,
): Complaints {
  let count = 0;
  let begun = Number.NEGATIVE_INFINITY;
  return {
    say(line) {
      if (now() - begun > WINDOW_MS) {
        begun = now();
        count = 0;
      }
      count += 1;
      if (count <= MOST) log(`${name}: ${line}`);
      if (count !== MOST) return;
      log(`${name}: closed after ${MOST} such lines within ${WINDOW_MS / 1_000} s`);
      close();
    },
  };
}
