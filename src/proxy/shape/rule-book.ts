/** The rules of a proxy as the control thread keeps them: over restarts of its worker, until they are taken away or their time is over. */
import { seedOf } from './chance.ts';
import type { Act, Match, Rule, ShapeUpdate } from './rule.ts';
import { RULE_SLOTS, type RuleCells } from './rule-cells.ts';

/** A rule that has been checked. */
export interface RuleSpec {
  readonly id: string;
  readonly name: string;
  readonly isEnabled: boolean;
  /** Less comes first; equal ones in the order of their coming. */
  readonly order: number;
  readonly match: Match;
  readonly acts: readonly Act[];
  readonly times: number | null;
  readonly expiresMs: number | null;
  /** What is shown of it. */
  readonly shown: Readonly<Record<string, unknown>>;
}

export interface BookRule {
  readonly spec: RuleSpec;
  readonly rule: Rule;
  readonly isEnabled: boolean;
}

export interface Chaos {
  readonly isEnabled: boolean;
  readonly preset: string | null;
  readonly seed: number;
  readonly globalOdds: number;
  readonly rules: readonly BookRule[];
}

export class RuleBook {
  readonly cells: RuleCells;
  #rules: readonly BookRule[] = [];
  #chaos: Chaos | null = null;
  #isOn = true;
  #lastKey = 0;
  readonly #free: number[] = [];
  #nextSlot = 0;
  /** Of rules that the worker may still count for. */
  readonly #leaving: number[] = [];
  /** Keys that the worker has. */
  #sent = new Set<number>();

  constructor(cells: RuleCells) {
    this.cells = cells;
  }

  /** Rules, in their order, that are not over. */
  rules(now: number): readonly BookRule[] {
    this.#rules = this.#without(this.#rules, ({ rule }) => isExpired(rule, now));
    return this.#rules;
  }

  /** Null: none was ever set, or it was cleared. */
  chaos(now: number): Chaos | null {
    const chaos = this.#chaos;
    if (chaos !== null)
      this.#chaos = { ...chaos, rules: this.#without(chaos.rules, ({ rule }) => isExpired(rule, now)) };
    return this.#chaos;
  }

  /** Whether rules, chaos apart, are in force at all. */
  get isOn(): boolean {
    return this.#isOn;
  }

  set isOn(isOn: boolean) {
    this.#isOn = isOn;
  }

  /** How many more there is room for. */
  get room(): number {
    return RULE_SLOTS - this.#nextSlot + this.#free.length;
  }

  /** Adds them; one of the same id gives its place to the new one. */
  put(specs: readonly RuleSpec[], seed: number, now: number): void {
    for (const spec of specs) {
      const made = this.#make(spec, false, seed, now);
      const at = this.#rules.findIndex((present) => present.spec.id === spec.id);
      const rules = [...this.#rules];
      if (at < 0) rules.push(made);
      else for (const old of rules.splice(at, 1, made)) this.#leave(old);
      this.#rules = rules;
    }
    this.#rules = this.#rules.toSorted((a, b) => a.spec.order - b.spec.order);
  }

  /** The rules that were taken away. */
  remove(isGone: (rule: BookRule) => boolean): number {
    const before = this.#rules.length;
    this.#rules = this.#without(this.#rules, isGone);
    return before - this.#rules.length;
  }

  /** Rules of either kind; false: there is none of that id. */
  enable(id: string, isEnabled: boolean, isChaos: boolean): boolean {
    let isThere = false;
    const switched = (rules: readonly BookRule[]) =>
      rules.map((one) => {
        if (one.spec.id !== id) return one;
        isThere = true;
        return { ...one, isEnabled };
      });
    if (!isChaos) this.#rules = switched(this.#rules);
    else if (this.#chaos !== null) this.#chaos = { ...this.#chaos, rules: switched(this.#chaos.rules) };
    return isThere;
  }

  /** In place of what was; counts begin anew. */
  setChaos(specs: readonly RuleSpec[], about: Omit<Chaos, 'rules'>, now: number): void {
    this.clearChaos();
    this.#chaos = { ...about, rules: specs.map((spec) => this.#make(spec, true, about.seed, now)) };
  }

  clearChaos(): void {
    for (const rule of this.#chaos?.rules ?? []) this.#leave(rule);
    this.#chaos = null;
    this.cells.clearTotals();
  }

  /** False: there is none. */
  switchChaos(isEnabled: boolean): boolean {
    if (this.#chaos === null) return false;
    this.#chaos = { ...this.#chaos, isEnabled };
    return true;
  }

  /** For a worker that has nothing yet. */
  whole(now: number): ShapeUpdate {
    this.#sent = new Set();
    return this.update(now);
  }

  /** For the worker that got the updates before. */
  update(now: number): ShapeUpdate {
    const chaos = this.chaos(now);
    const inForce = [...(this.#isOn ? this.rules(now) : []), ...(chaos?.isEnabled === true ? chaos.rules : [])].filter(
      ({ isEnabled }) => isEnabled,
    );
    const added = inForce.filter(({ rule }) => !this.#sent.has(rule.key)).map(({ rule }) => rule);
    const order = inForce.map(({ rule }) => rule.key);
    this.#sent = new Set(order);
    const hasChaos = chaos?.isEnabled ?? false;
    return { order, added, hasChaos, globalOdds: chaos?.globalOdds ?? 1, globalSeed: seedOf(chaos?.seed ?? 0, 'all') };
  }

  /** Slots of rules that the last update has left out: free() them once the worker has it, or is gone. */
  takeLeaving(): readonly number[] {
    return this.#leaving.splice(0);
  }

  free(slots: readonly number[]): void {
    this.#free.push(...slots);
  }

  #make(spec: RuleSpec, isChaos: boolean, seed: number, now: number): BookRule {
    this.#lastKey += 1;
    const slot = this.#free.pop() ?? this.#nextSlot++;
    this.cells.clear(slot);
    const { id, match, acts, times, expiresMs } = spec;
    const expiresAt = expiresMs === null ? null : now + expiresMs * 1_000;
    const rule = { key: this.#lastKey, slot, id, isChaos, match, times, expiresAt, seed: seedOf(seed, id), acts };
    return { spec, rule, isEnabled: spec.isEnabled };
  }

  #without(rules: readonly BookRule[], isGone: (rule: BookRule) => boolean): readonly BookRule[] {
    const gone = rules.filter(isGone);
    if (gone.length === 0) return rules;
    for (const rule of gone) this.#leave(rule);
    return rules.filter((rule) => !gone.includes(rule));
  }

  #leave({ rule }: BookRule): void {
    this.#leaving.push(rule.slot);
  }
}

const isExpired = ({ expiresAt }: Rule, now: number): boolean => expiresAt !== null && expiresAt <= now;
