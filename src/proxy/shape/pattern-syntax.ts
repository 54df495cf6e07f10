/**
 * Patterns of rules: the part of JavaScript's regular expressions that a finite automaton can match, which is RE2's. Text in, tree
 * out, or a Fault that says where and why. Over bytes: what is not ASCII stands for its UTF-8.
 */
export type PatternNode =
  /** One byte of the set: 256 flags. */
  | { readonly kind: 'byte'; readonly set: Uint8Array }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly inner: PatternNode; readonly min: number; readonly max: number }
  | { readonly kind: 'assert'; readonly what: Assertion };

export type Assertion = 'start' | 'end' | 'word' | 'no_word';

/** Why a pattern is refused; `at` is an index into it. */
export class PatternRefused extends Error {
  override readonly name = 'PatternRefused';
  readonly at: number;

  constructor(message: string, at: number) {
    super(`${message}, at character ${at + 1}`);
    this.at = at;
  }
}

export const MOST_PATTERN = 1_000;
const MOST_REPEATS = 1_000;
const MOST_DEPTH = 100;
const LINEAR = 'cannot be matched in linear time';

/** Throws PatternRefused. `(?i)` in front: letters match in either case. */
export function parsePattern(pattern: string): PatternNode {
  if (pattern.length > MOST_PATTERN) throw new PatternRefused(`longer than ${MOST_PATTERN} characters`, MOST_PATTERN);
  return new PatternParser(pattern).whole();
}

const setOf = (...ranges: readonly (readonly [number, number])[]): Uint8Array => {
  const set = new Uint8Array(256);
  for (const [from, to] of ranges) set.fill(1, from, to + 1);
  return set;
};
const inverse = (set: Uint8Array): Uint8Array => set.map((bit) => 1 - bit);

/** One object for each byte: patterns have many. */
const singletons: Uint8Array[] = [];
const singleton = (byte: number): Uint8Array => {
  const set = singletons[byte] ?? setOf([byte, byte]);
  singletons[byte] = set;
  return set;
};

const DIGITS = setOf([0x30, 0x39]);
const SPACES = setOf([0x09, 0x0d], [0x20, 0x20]);
const WORD = setOf([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]);
const NOT_NEWLINE = inverse(setOf([0x0a, 0x0a]));
const CLASSES: Readonly<Record<string, Uint8Array>> = {
  d: DIGITS,
  D: inverse(DIGITS),
  s: SPACES,
  S: inverse(SPACES),
  w: WORD,
  W: inverse(WORD),
};
const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, '0': 0 };
const ASSERTIONS: Readonly<Record<string, Assertion>> = { b: 'word', B: 'no_word' };

class PatternParser {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #isCaseless = false;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): PatternNode {
    if (this.#text.startsWith('(?i)')) {
      this.#isCaseless = true;
      this.#at = 4;
    }
    const node = this.#choice();
    if (this.#at < this.#text.length) throw this.#refused('a ) without its (');
    return node;
  }

  #choice(): PatternNode {
    const options = [this.#sequence()];
    while (this.#takes('|')) options.push(this.#sequence());
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.#at < this.#text.length && !'|)'.includes(this.#next)) parts.push(this.#repeated());
    return { kind: 'sequence', parts };
  }

  #repeated(): PatternNode {
    const inner = this.#atom();
    const repeat = this.#repeats();
    if (repeat === null) return inner;
    // Lazy or not, the same texts match.
    this.#takes('?');
    if (this.#repeats() !== null) throw this.#refused('nothing to repeat');
    return { kind: 'repeat', inner, ...repeat };
  }

  #repeats(): { min: number; max: number } | null {
    if (this.#takes('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#takes('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#takes('?')) return { min: 0, max: 1 };
    // Any other brace is a brace.
    const counts = /^\{(\d{1,6})(,?)(\d{0,6})\}/.exec(this.#text.slice(this.#at, this.#at + 16));
    if (counts === null) return null;
    const min = Number(counts[1]);
    const max = counts[3] !== '' ? Number(counts[3]) : counts[2] === '' ? min : Number.POSITIVE_INFINITY;
    if (counts[2] === '' && counts[3] !== '') return null;
    if (min > MOST_REPEATS || (max !== Number.POSITIVE_INFINITY && max > MOST_REPEATS))
      throw this.#refused(`more than ${MOST_REPEATS} repetitions`);
    if (max < min) throw this.#refused('a range of repetitions that is out of order');
    this.#at += counts[0].length;
    return { min, max };
  }

  #atom(): PatternNode {
    const character = this.#next;
    if (character === '(') return this.#group();
    if (character === '[') return { kind: 'byte', set: this.#folded(this.#class()) };
    if (character === '\\') return this.#escape();
    if ('*+?'.includes(character)) throw this.#refused('nothing to repeat');
    this.#at += 1;
    if (character === '.') return { kind: 'byte', set: NOT_NEWLINE };
    if (character === '^') return { kind: 'assert', what: 'start' };
    if (character === '$') return { kind: 'assert', what: 'end' };
    return this.#literal(this.#text.codePointAt(this.#at - 1) ?? 0);
  }

  #group(): PatternNode {
    const from = this.#at;
    const opened = /^\((?:\?(?::|P?<[A-Za-z_]\w*>))?/.exec(this.#text.slice(from, from + 80));
    if (/^\(\?(?:[=!]|<[=!])/.test(this.#text.slice(from, from + 4))) throw this.#refused(`a look around ${LINEAR}`);
    this.#at += opened?.[0].length ?? 1;
    if (this.#next === '?') throw this.#refused('a group of a kind that is not supported');
    this.#depth += 1;
    if (this.#depth > MOST_DEPTH) throw this.#refused(`more than ${MOST_DEPTH} groups within each other`);
    const node = this.#choice();
    if (!this.#takes(')')) throw new PatternRefused('a ( without its )', from);
    this.#depth -= 1;
    return node;
  }

  #escape(): PatternNode {
    const letter = this.#text[this.#at + 1] ?? '';
    const set = CLASSES[letter];
    const what = ASSERTIONS[letter];
    if (/[1-9k]/.test(letter)) throw this.#refused(`a back reference ${LINEAR}`);
    if (set === undefined && what === undefined) return this.#literal(this.#escaped());
    this.#at += 2;
    return set !== undefined ? { kind: 'byte', set } : { kind: 'assert', what: what ?? 'word' };
  }

  /** The character that an escape stands for. */
  #escaped(): number {
    const letter = this.#text[this.#at + 1];
    if (letter === undefined) throw this.#refused('a \\ at the end');
    const hex = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\})/.exec(
      this.#text.slice(this.#at, this.#at + 12),
    );
    if (hex !== null) {
      const point = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '', 16);
      if (point > 0x10ffff) throw this.#refused('no character');
      this.#at += hex[0].length;
      return point;
    }
    const control = CONTROLS[letter];
    if (control === undefined && /[A-Za-z0-9]/.test(letter)) throw this.#refused(`\\${letter} is not supported`);
    this.#at += 1;
    const point = this.#text.codePointAt(this.#at) ?? 0;
    this.#at += point > 0xffff ? 2 : 1;
    return control ?? point;
  }

  #class(): Uint8Array {
    const from = this.#at;
    this.#at += 1;
    const isNegated = this.#takes('^');
    const set = new Uint8Array(256);
    while (this.#next !== ']') {
      if (this.#at >= this.#text.length) throw new PatternRefused('a [ without its ]', from);
      this.#member(set);
    }
    this.#at += 1;
    return isNegated ? inverse(this.#folded(set)) : set;
  }

  /** One character, range or class of a class. */
  #member(set: Uint8Array): void {
    const first = this.#single();
    if (typeof first !== 'number') {
      for (const [byte, bit] of first.entries()) if (bit === 1) set[byte] = 1;
      return;
    }
    const isRange = this.#next === '-' && (this.#text[this.#at + 1] ?? ']') !== ']';
    if (!isRange) {
      set[first] = 1;
      return;
    }
    this.#at += 1;
    const last = this.#single();
    if (typeof last !== 'number' || last < first) throw this.#refused('a range that is out of order');
    set.fill(1, first, last + 1);
  }

  #single(): number | Uint8Array {
    const letter = this.#next;
    const named = letter === '\\' ? CLASSES[this.#text[this.#at + 1] ?? ''] : undefined;
    if (named !== undefined) {
      this.#at += 2;
      return named;
    }
    if (letter === '\\' && this.#text[this.#at + 1] === 'b') {
      this.#at += 2;
      return 8;
    }
    const point = letter === '\\' ? this.#escaped() : this.#plain();
    if (point > 0x7f) throw this.#refused('only ASCII within [ ]');
    return point;
  }

  #plain(): number {
    this.#at += 1;
    return this.#text.charCodeAt(this.#at - 1);
  }

  /** Its bytes in UTF-8, one after the other. */
  #literal(point: number): PatternNode {
    if (point > 0xffff && this.#text.codePointAt(this.#at - 1) === point) this.#at += 1;
    const bytes = Buffer.from(String.fromCodePoint(point), 'utf8');
    const parts = [...bytes].map((byte): PatternNode => ({ kind: 'byte', set: this.#folded(singleton(byte)) }));
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: 'sequence', parts };
  }

  #folded(set: Uint8Array): Uint8Array {
    if (!this.#isCaseless) return set;
    const folded = Uint8Array.from(set);
    for (let upper = 0x41; upper <= 0x5a; upper++) {
      const either = (set[upper] ?? 0) | (set[upper + 32] ?? 0);
      folded[upper] = folded[upper + 32] = either;
    }
    return folded;
  }

  get #next(): string {
    return this.#text[this.#at] ?? '';
  }

  #takes(character: string): boolean {
    if (this.#next !== character) return false;
    this.#at += 1;
    return true;
  }

  #refused(message: string): PatternRefused {
    return new PatternRefused(message, Math.min(this.#at, this.#text.length));
  }
}
