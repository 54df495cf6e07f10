/** The pages that a proxy has served, as its worker tells of them: the newest 100, loads of tabs and frames. Control thread. */
import type { PageFacts } from './page-connection.ts';

const MOST_PAGES = 100;

export interface Page {
  readonly number: number;
  readonly facts: PageFacts;
  /** Microseconds since the daemon's epoch. */
  readonly startedAt: number;
  readonly lastActivity: number;
  readonly active: boolean;
}

export class Pages {
  readonly #pages = new Map<number, Page>();

  changed(facts: PageFacts, micros: number): void {
    const known = this.#pages.get(facts.page);
    const startedAt = known?.startedAt ?? micros;
    this.#pages.set(facts.page, { number: facts.page, facts, startedAt, lastActivity: micros, active: true });
    if (this.#pages.size > MOST_PAGES) this.#evict();
  }

  gone(number: number, micros: number): void {
    const known = this.#pages.get(number);
    if (known !== undefined) this.#pages.set(number, { ...known, active: false, lastActivity: micros });
  }

  /** The worker has ended: all connect again, to the next one. */
  lost(micros: number): void {
    for (const { number } of this.#pages.values()) this.gone(number, micros);
  }

  /** The newest last. */
  list(): readonly Page[] {
    return [...this.#pages.values()];
  }

  get(number: number): Page | null {
    return this.#pages.get(number) ?? null;
  }

  /** The page that a person is most likely looking at: active, visible, of the tab itself, the latest; null when none is open. */
  current(): Page | null {
    const open = this.list().filter(({ active }) => active);
    const worth = ({ facts }: Page): number =>
      (facts.hello.frame === 'top' ? 2 : 0) + (facts.status?.visible === false ? 0 : 1);
    return open.sort((a, b) => worth(a) - worth(b) || a.lastActivity - b.lastActivity).at(-1) ?? null;
  }

  clear(): void {
    for (const { number, active } of this.list()) if (!active) this.#pages.delete(number);
  }

  /** Closed ones go first. */
  #evict(): void {
    const oldest = this.list().find(({ active }) => !active) ?? this.list()[0];
    if (oldest !== undefined) this.#pages.delete(oldest.number);
  }
}
