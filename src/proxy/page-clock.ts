/** A page's clock against ours: the question with the shortest way there and back says best how far they are apart. */

export interface PageClock {
  /** A question is sent now; its number. */
  ask(micros: number): number;
  /** Its answer has come: what the page's clock said, in milliseconds. */
  answered(question: number, at: number, micros: number): void;
  /** Ours, in microseconds, for a time of the page's; never in the future. */
  map(at: number, micros: number): number;
}

/** `at` is what the page's clock said when the first message left it, which has come at `micros`. */
export function createPageClock(at: number, micros: number): PageClock {
  let offset = micros - at * 1_000;
  let shortest = Number.POSITIVE_INFINITY;
  let asked = { question: 0, micros: 0 };
  return {
    ask(now) {
      asked = { question: asked.question + 1, micros: now };
      return asked.question;
    },
    answered(question, answer, now) {
      const way = now - asked.micros;
      if (question !== asked.question || way >= shortest) return;
      shortest = way;
      offset = asked.micros + way / 2 - answer * 1_000;
    },
    map: (time, now) => Math.min(now, Math.max(0, Math.round(time * 1_000 + offset))),
  };
}
