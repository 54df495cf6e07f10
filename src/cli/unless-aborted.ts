/** An answer, or null as soon as nobody waits for it any more. */
export function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T | null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const stop = () => resolve(null);
    signal.addEventListener('abort', stop, { once: true });
    // A signal outlives thousands of answers: none may leave its listener behind.
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
