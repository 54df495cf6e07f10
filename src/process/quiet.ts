/**
 * Keeps the order of two pipes over a pause of the event loop. epoll reports ready pipes in the order in which they became
 * ready, but one that was just reported keeps its place until the next look (level-triggered, epoll(7)): data that comes
 * while the thread is busy would be taken for earlier than it is. So what blocks waits for a look that found nothing.
 */
export interface Quiet {
  /** Output was read. */
  heard(): void;
  /** Runs `run` right after a look at the pipes that found none ready, or after some looks in a flood. */
  await(run: () => void): void;
}

/** In a flood nothing is ever quiet; order there is as good as chunks of 64 KiB let it be. */
const MOST_LOOKS = 4;

export function createQuiet(): Quiet {
  let reads = 0;
  const look = (run: () => void, left: number): void => {
    const before = reads;
    // The loop polls once between two immediates.
    setImmediate(() => {
      if (reads === before || left === 0) run();
      else look(run, left - 1);
    });
  };
  return {
    heard() {
      reads += 1;
    },
    await: (run) => setImmediate(() => look(run, MOST_LOOKS)),
  };
}
