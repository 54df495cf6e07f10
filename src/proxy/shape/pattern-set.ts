/**
 * Which of many patterns match a text, in one pass over it: a lazily built automaton (Thompson's construction, states made when they
 * are first met, as RE2 does). Time is linear in the text, however the patterns are written; memory and the work of one match are bounded.
 */
import { type Assertion, type PatternNode, PatternRefused, parsePattern } from './pattern-syntax.ts';

/** Nodes of one pattern; `x{500}` has 500. */
const MOST_NODES = 2_000;
/** Nodes of all patterns of a set. */
const MOST_SET_NODES = 40_000;
/** Nodes looked at in one match beyond what earlier matches have learnt: some milliseconds. */
const MOST_WORK = 1_000_000;
const MOST_STATES = 2_000;
const END = 256;
const NONE: readonly number[] = [];

type Node =
  | { readonly kind: 'byte'; readonly owner: number; readonly set: Uint8Array; readonly next: number }
  | { readonly kind: 'split'; readonly owner: number; readonly next: number[] }
  | { readonly kind: 'assert'; readonly owner: number; readonly what: Assertion; readonly next: number }
  | { readonly kind: 'match'; readonly owner: number };

/** Where a text may stand in all patterns at once. */
interface State {
  /** Nodes that the byte before has led to. */
  readonly core: readonly number[];
  readonly before: 'nothing' | 'word' | 'other';
  readonly matched: readonly number[];
  readonly next: (State | undefined)[];
}

/** Throws PatternRefused for one that no set takes. */
export function checkPattern(pattern: string): void {
  new PatternSet([pattern]);
}

export class PatternSet {
  readonly #nodes: Node[] = [];
  readonly #starts: number[];
  #states = new Map<string, State>();
  #first: State;
  /** Of each node, the step that last looked at it. */
  readonly #seen: Uint32Array;
  #step = 0;
  #work = 0;

  /** Throws PatternRefused. */
  constructor(patterns: readonly string[]) {
    this.#starts = patterns.map((pattern, owner) => {
      const tree = parsePattern(pattern);
      if (nodesOf(tree) > MOST_NODES) throw new PatternRefused(`more than ${MOST_NODES} steps when written out`, 0);
      const start = this.#build(tree, this.#add({ kind: 'match', owner }), owner);
      if (this.#nodes.length > MOST_SET_NODES)
        throw new PatternRefused(`more than ${MOST_SET_NODES} steps in all patterns together`, 0);
      return start;
    });
    this.#seen = new Uint32Array(this.#nodes.length);
    this.#first = this.#state(NONE, 'nothing', NONE);
  }

  /** Indexes of the patterns that match somewhere in `text` (latin1), ascending; null: that would take too much work. */
  matches(text: string): readonly number[] | null {
    this.#work = 0;
    let state = this.#first;
    for (let at = 0; at <= text.length; at++) {
      const byte = at === text.length ? END : text.charCodeAt(at) & 0xff;
      const next = state.next[byte] ?? this.#after(state, byte);
      if (this.#work > MOST_WORK) return null;
      state = next;
    }
    return state.matched;
  }

  #add(node: Node): number {
    return this.#nodes.push(node) - 1;
  }

  /** The node from which `tree` and then `next` are matched. */
  #build(tree: PatternNode, next: number, owner: number): number {
    if (tree.kind === 'byte') return this.#add({ kind: 'byte', owner, set: tree.set, next });
    if (tree.kind === 'assert') return this.#add({ kind: 'assert', owner, what: tree.what, next });
    if (tree.kind === 'sequence') return tree.parts.reduceRight((to, part) => this.#build(part, to, owner), next);
    if (tree.kind === 'choice')
      return this.#add({ kind: 'split', owner, next: tree.options.map((one) => this.#build(one, next, owner)) });
    return this.#buildRepeat(tree, next, owner);
  }

  #buildRepeat({ inner, min, max }: Extract<PatternNode, { kind: 'repeat' }>, next: number, owner: number): number {
    let to = next;
    if (max === Number.POSITIVE_INFINITY) {
      const ways = [next];
      to = this.#add({ kind: 'split', owner, next: ways });
      ways.push(this.#build(inner, to, owner));
    } else
      for (let n = min; n < max; n++)
        to = this.#add({ kind: 'split', owner, next: [next, this.#build(inner, to, owner)] });
    for (let n = 0; n < min; n++) to = this.#build(inner, to, owner);
    return to;
  }

  #state(core: readonly number[], before: State['before'], matched: readonly number[]): State {
    const key = `${core.join()};${before};${matched.join()}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const state = { core, before, matched, next: [] };
    // Those that are forgotten are found again when they are needed.
    if (this.#states.size >= MOST_STATES) {
      this.#states = new Map();
      this.#first = this.#state(NONE, 'nothing', NONE);
    }
    this.#states.set(key, state);
    return state;
  }

  #after(state: State, byte: number): State {
    this.#step += 1;
    const matched = new Set(state.matched);
    const core = new Set<number>();
    const stack = [...state.core];
    for (const [owner, start] of this.#starts.entries()) if (!matched.has(owner)) stack.push(start);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const node = this.#nodes[at];
      this.#work += 1;
      if (node === undefined || this.#seen[at] === this.#step || matched.has(node.owner)) continue;
      this.#seen[at] = this.#step;
      if (node.kind === 'split') stack.push(...node.next);
      else if (node.kind === 'match') matched.add(node.owner);
      else if (node.kind === 'assert') {
        if (holds(node.what, state.before, byte)) stack.push(node.next);
      } else if (byte !== END && node.set[byte] === 1) core.add(node.next);
    }
    // What a pattern that has matched still hopes for is of no interest.
    const left = [...core].filter((at) => !matched.has(this.#nodes[at]?.owner ?? -1)).sort((a, b) => a - b);
    const before = isWord(byte) ? 'word' : 'other';
    const found = matched.size === 0 ? NONE : [...matched].sort((a, b) => a - b);
    const next = this.#state(left, before, found);
    state.next[byte] = next;
    return next;
  }
}

function holds(what: Assertion, before: State['before'], byte: number): boolean {
  if (what === 'start') return before === 'nothing';
  if (what === 'end') return byte === END;
  const isBoundary = (before === 'word') !== isWord(byte);
  return isBoundary === (what === 'word');
}

const isWord = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || (byte >= 0x61 && byte <= 0x7a);

/** Nodes of a pattern when its repetitions are written out. */
function nodesOf(tree: PatternNode): number {
  if (tree.kind === 'byte' || tree.kind === 'assert') return 1;
  if (tree.kind === 'sequence') return tree.parts.reduce((sum, part) => sum + nodesOf(part), 0);
  if (tree.kind === 'choice') return tree.options.reduce((sum, option) => sum + nodesOf(option), 1);
  const { inner, min, max } = tree;
  const times = max === Number.POSITIVE_INFINITY ? min + 1 : max;
  return (nodesOf(inner) + 1) * Math.max(1, times);
}
