/** Finds the rules that a request's head fits: by the URL at once, then one by one. Most requests fit none, and cost one look. */
import type { RequestHead } from '../http1.ts';
import type { LiveRule } from './live-rule.ts';
import { PatternSet } from './pattern-set.ts';

const NONE: readonly LiveRule[] = [];

export class RuleIndex {
  readonly #rules: readonly LiveRule[];
  readonly #byUrl = new Map<string, number[]>();
  readonly #byPath = new Map<string, number[]>();
  readonly #patterns: PatternSet | null;
  /** The rule of each pattern. */
  readonly #byPattern: readonly number[];
  readonly #anyUrl: readonly number[];
  readonly #unmatched: () => void;

  /** `unmatched`: a URL was too much work for the patterns. */
  constructor(rules: readonly LiveRule[], unmatched: () => void) {
    this.#rules = rules;
    this.#unmatched = unmatched;
    const byPattern: number[] = [];
    const anyUrl: number[] = [];
    for (const [at, { rule }] of rules.entries()) {
      const { url, path, urlPattern } = rule.match;
      if (url !== null) file(this.#byUrl, url, at);
      else if (path !== null) file(this.#byPath, path, at);
      else if (urlPattern !== null) byPattern.push(at);
      else anyUrl.push(at);
    }
    this.#byPattern = byPattern;
    this.#anyUrl = anyUrl;
    const patterns = byPattern.map((at) => rules[at]?.rule.match.urlPattern ?? '');
    this.#patterns = patterns.length === 0 ? null : new PatternSet(patterns);
  }

  /** In their order. */
  fitting(head: RequestHead): readonly LiveRule[] {
    const places = this.#places(head.target);
    if (places.length === 0) return NONE;
    const found: LiveRule[] = [];
    for (const at of places) {
      const rule = this.#rules[at];
      if (rule?.fits(head)) found.push(rule);
    }
    return found;
  }

  #places(target: string): readonly number[] {
    const query = this.#byPath.size === 0 ? -1 : target.indexOf('?');
    const exact = this.#byUrl.get(target);
    const path = this.#byPath.size === 0 ? undefined : this.#byPath.get(query < 0 ? target : target.slice(0, query));
    const matched = this.#patterns?.matches(target);
    if (matched === null) this.#unmatched();
    const hasMatched = matched != null && matched.length > 0;
    if (exact === undefined && path === undefined && !hasMatched) return this.#anyUrl;
    const byPattern = (matched ?? []).map((at) => this.#byPattern[at] ?? -1);
    return [...this.#anyUrl, ...(exact ?? []), ...(path ?? []), ...byPattern].sort((a, b) => a - b);
  }
}

function file(map: Map<string, number[]>, key: string, at: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [at]);
  else list.push(at);
}
