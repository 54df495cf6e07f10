/** One hop between a command and what it is about, as the doctor found it. */

export type Verdict = 'ok' | 'warning' | 'broken';

export interface Check {
  readonly hop: string;
  readonly verdict: Verdict;
  /** What was found, with its values. */
  readonly found: string;
  /** What to do about it; null when there is nothing to do. */
  readonly mend: string | null;
}

export const ok = (hop: string, found: string): Check => ({ hop, verdict: 'ok', found, mend: null });
export const warning = (hop: string, found: string, mend: string): Check => ({ hop, verdict: 'warning', found, mend });
export const broken = (hop: string, found: string, mend: string): Check => ({ hop, verdict: 'broken', found, mend });
