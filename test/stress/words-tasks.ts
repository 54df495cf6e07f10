/** What the threads of the stress tests of state words, counters and flags do, and what each of them tells. */
import { load, loadWide, store, storeWide, type Words, wait } from '#atomic';
import { Counters, Flag, Segment, StateWord, type Transitions } from '../../src/lockfree/index.ts';
import { type Outcomes, outcomeTable } from './outcomes.ts';
import { randomFrom } from './random.ts';

/** Every state can be reached again, by two ways. */
export const TABLE = {
  pending: ['starting', 'stopped'],
  starting: ['running', 'stopped'],
  running: ['stopped'],
  stopped: ['pending'],
} as const satisfies Transitions<string>;
export type State = keyof typeof TABLE;
export const STATES: readonly State[] = ['pending', 'starting', 'running', 'stopped'];

export const TOTALS = ['sum', 'ups', 'inside'] as const;

export interface WordsTask {
  readonly buffer: SharedArrayBuffer;
  readonly role: 'mover' | 'adder' | 'raiser';
  readonly thread: number;
  readonly seed: number;
  readonly rounds: number;
  /** In the place of the structure. */
  readonly twin?: 'loads, then stores';
}

export type Visits = Record<State, number>;
export const noVisits = (): Visits => ({ pending: 0, starting: 0, running: 0, stopped: 0 });

export interface WordsReport {
  readonly outcomes: Outcomes;
  /** Of a mover: how often it has come to each state, less how often it has left it. */
  readonly visits: Visits;
  /** Of an adder: the sum of what it added; of a raiser: how often it was the first. */
  readonly sum: number;
}

export function run(task: WordsTask): WordsReport {
  const segment = Segment.attach(task.buffer);
  if (task.role === 'mover') return move(segment.region('state').words, task);
  if (task.role === 'adder') return add(segment, task);
  return raise(segment.region('flag').words, segment, task);
}

function move(words: Words, { seed, rounds, twin }: WordsTask): WordsReport {
  const { outcomes, saw } = outcomeTable();
  const visits = noVisits();
  const Kind = twin === undefined ? StateWord<State> : LoadedState;
  const state = new Kind(words, 0, TABLE);
  const random = randomFrom(seed);
  for (let round = 0; round < rounds; round++) {
    const from = random(2) === 0 ? state.get() : (STATES[random(STATES.length)] ?? 'pending');
    const ways: readonly State[] = TABLE[from];
    const to = ways[random(ways.length)] ?? 'stopped';
    const isMine = state.compareAndSwap(from, to);
    saw(isMine ? 'moved' : 'lost the race');
    if (!isMine) continue;
    visits[from] -= 1;
    visits[to] += 1;
  }
  return { outcomes, visits, sum: 0 };
}

function add(segment: Segment, { seed, rounds, thread, twin }: WordsTask): WordsReport {
  const { outcomes, saw } = outcomeTable();
  const Kind = twin === undefined ? Counters<'sum'> : LoadedTotal;
  const counters = new Kind(segment.region('totals').wide, 0, ['sum']);
  const own = segment.region('own').wide;
  const random = randomFrom(seed);
  let sum = 0;
  let last = 0;
  for (let round = 0; round < rounds; round++) {
    const n = random(1_000_000) + 1;
    sum += n;
    // Said before, so that whoever finds this thread ended in between knows what is missing.
    own[thread] = BigInt(sum);
    counters.add('sum', n);
    const total = counters.get('sum');
    saw(total > last ? 'total: grows' : `total: ${total} after ${last}`);
    last = total;
  }
  return { outcomes, visits: noVisits(), sum };
}

/** Who has raised the flag first is alone until it lowers it. */
function raise(words: Words, segment: Segment, { rounds, twin }: WordsTask): WordsReport {
  const { outcomes, saw } = outcomeTable();
  const flag = twin === undefined ? new Flag(words, 0) : new LookedAtFlag(words, 0);
  const inside = segment.region('inside').words;
  let sum = 0;
  for (let round = 0; round < rounds; round++) {
    const isFirst = flag.raise();
    saw(isFirst ? 'raised' : 'was up');
    if (!isFirst) continue;
    sum++;
    // A plain word, which only the flag protects.
    const others = inside[0] ?? 0;
    if (twin !== undefined) interruption();
    inside[0] = others + 1;
    flag.lower();
  }
  return { outcomes, visits: noVisits(), sum };
}

const idle: Words = new Int32Array(new SharedArrayBuffer(4));

/** What every thread may suffer between two steps; here it comes each time, so that also one processor shows it. */
function interruption(): void {
  wait(idle, 0, 0, 0.01);
}

class LoadedState extends StateWord<State> {
  protected override move(from: number, to: number): boolean {
    if (load(this.words, this.at) !== from) return false;
    interruption();
    store(this.words, this.at, to);
    return true;
  }
}

class LoadedTotal extends Counters<'sum'> {
  override add(name: 'sum', n: number): void {
    const total = loadWide(this.wide, this.indexOf(name));
    interruption();
    storeWide(this.wide, this.indexOf(name), total + BigInt(n));
  }
}

class LookedAtFlag extends Flag {
  readonly #words: Words;
  readonly #at: number;

  constructor(words: Words, at: number) {
    super(words, at);
    this.#words = words;
    this.#at = at;
  }

  override raise(): boolean {
    if (load(this.#words, this.#at) !== 0) return false;
    interruption();
    store(this.#words, this.#at, 1);
    return true;
  }
}
