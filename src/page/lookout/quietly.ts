/** Calls `run`, and swallows what it throws: nothing of ours is thrown into the page. */
export function quietly(run: () => void): void {
  try {
    run();
  } catch {
    // The page goes on as without us.
  }
}
