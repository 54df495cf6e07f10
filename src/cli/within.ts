/** An answer that is waited for, but not for ever. */

/** Null when the answer does not come in time; what is refused is refused. */
export function within<T>(ms: number, answer: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), ms);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
