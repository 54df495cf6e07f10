/**
 * The same question of many at once is asked once: of each key one is under way, and who comes meanwhile shares the one that begins
 * after it, so that no answer is older than its question. Thousands of one client's calls then hold up nobody else's.
 */

interface Asked<T> {
  readonly answer: Promise<T>;
  /** Begins when `answer` has settled. */
  next: Promise<T> | null;
}

export function joined<T>(ask: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const underWay = new Map<string, Asked<T>>();

  function begin(key: string): Promise<T> {
    const asked: Asked<T> = { answer: ask(key), next: null };
    underWay.set(key, asked);
    const settled = () => {
      if (asked.next === null) underWay.delete(key);
    };
    asked.answer.then(settled, settled);
    return asked.answer;
  }

  return (key) => {
    const asked = underWay.get(key);
    if (asked === undefined) return begin(key);
    const again = () => begin(key);
    asked.next ??= asked.answer.then(again, again);
    return asked.next;
  };
}
