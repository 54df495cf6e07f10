/** A rule at work in the proxy's worker: compiled, with what it has counted so far. */
import { fieldsNamed } from '../fields.ts';
import type { RequestHead } from '../http1.ts';
import { chance } from './chance.ts';
import { PatternSet } from './pattern-set.ts';
import { requestType } from './request-type.ts';
import type { Act, Rule } from './rule.ts';
import type { RuleCells } from './rule-cells.ts';

export class LiveRule {
  readonly rule: Rule;
  /** Of `messages` acts, by their place. */
  readonly messagePatterns: readonly (PatternSet | null)[];
  /** It has done all that it may, or its time is over. */
  isOver = false;
  readonly #cells: RuleCells;
  readonly #methods: ReadonlySet<string> | null;
  readonly #types: ReadonlySet<string> | null;
  readonly #headers: readonly (readonly [string, PatternSet | null])[];
  readonly #body: PatternSet | null;
  #matched: number;
  #applied: number;
  #draws: number;

  constructor(rule: Rule, cells: RuleCells) {
    const { match, slot } = rule;
    this.rule = rule;
    this.#cells = cells;
    this.#methods = match.methods === null ? null : new Set(match.methods);
    this.#types = match.types === null ? null : new Set(match.types);
    this.#headers = match.headers.map(([name, pattern]) => [name, compiled(pattern)]);
    this.#body = compiled(match.body);
    this.messagePatterns = rule.acts.map((act) => (act.do === 'messages' ? compiled(act.pattern) : null));
    this.#matched = cells.get(slot, 'matched');
    this.#applied = cells.get(slot, 'applied');
    this.#draws = cells.get(slot, 'draws');
    this.isOver = this.#isSpent;
  }

  get #isSpent(): boolean {
    return this.rule.times !== null && this.#applied >= this.rule.times;
  }

  /** Requests that it has touched. */
  get applied(): number {
    return this.#applied;
  }

  /** It looks into request bodies. */
  get wantsBody(): boolean {
    return this.#body !== null;
  }

  /** Whether all holds that a head can say, but for the URL. */
  fits(head: RequestHead): boolean {
    if (this.isOver || (this.#methods !== null && !this.#methods.has(head.method))) return false;
    if (this.#types !== null && !this.#types.has(requestType(head))) return false;
    return this.#headers.every(([name, pattern]) => {
      const values = fieldsNamed(head.fields, name);
      return pattern === null ? values.length > 0 : values.some((value) => isFound(pattern, value));
    });
  }

  /** `body` as latin1; null: it cannot be had. */
  fitsBody(body: string | null): boolean {
    return this.#body === null || (body !== null && isFound(this.#body, body));
  }

  /** Notes a request that it fits; whether it is to be touched: `nth` and chance decide. */
  takes(): boolean {
    if (this.isOver) return false;
    this.#matched += 1;
    this.#cells.add(this.rule.slot, 'matched');
    const { nth, probability } = this.rule.match;
    if (nth !== null && this.#matched !== nth) return false;
    return this.happens(probability);
  }

  happens(probability: number): boolean {
    return probability >= 1 || this.draw() < probability;
  }

  /** It touches one more. */
  applies(): void {
    this.#applied += 1;
    this.#cells.add(this.rule.slot, 'applied');
    this.isOver ||= this.#isSpent;
  }

  /** In [0, 1). */
  draw(): number {
    this.#draws += 1;
    this.#cells.add(this.rule.slot, 'draws');
    return chance(this.rule.seed, this.#draws - 1);
  }

  /** Milliseconds. */
  drawDelay({ min, max, jitter }: { readonly min: number; readonly max: number; readonly jitter: number }): number {
    const spread = max > min ? this.draw() * (max - min) : 0;
    const shake = jitter > 0 ? (this.draw() * 2 - 1) * jitter : 0;
    return Math.max(0, Math.round(min + spread + shake));
  }
}

/** What a rule does to WebSocket messages; null: nothing. */
export const messageActs = ({ rule }: LiveRule): readonly Extract<Act, { do: 'messages' }>[] =>
  rule.acts.filter((act) => act.do === 'messages');

const compiled = (pattern: string | null): PatternSet | null => (pattern === null ? null : new PatternSet([pattern]));
const isFound = (pattern: PatternSet, text: string): boolean => (pattern.matches(text)?.length ?? 0) > 0;
