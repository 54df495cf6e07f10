/** A small fuzzer: inputs that reach new code are kept and changed again. V8 says which blocks ran (inspector, precise coverage). */
import { Session } from 'node:inspector/promises';
import { TARGETS, type Target } from './targets.ts';

export interface Fuzzed {
  readonly name: string;
  readonly inputs: number;
  /** Inputs that are kept for what they reach. */
  readonly corpus: readonly Buffer[];
  readonly blocks: number;
  /** What was thrown, with the input in base64. */
  readonly thrown: readonly string[];
  /** Milliseconds of processor time of the slowest input, and that input. */
  readonly slowestMs: number;
  readonly slowest: string;
}

export interface FuzzOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Kept by an earlier run. */
  readonly corpus: readonly Buffer[];
}

/** A look at what ran costs as much as hundreds of inputs: it takes a small part of the time. */
const TURNS_PER_LOOK = 5;
const MOST_BATCH = 20_000;
/** Not worth telling apart. */
const FEW = 4;
const MOST_BYTES = 65_536;
const MOST_THROWN = 5;
/** Longer by the wall: it is worth asking the processor. */
const SUSPICIOUS_MS = 20;

export const NAMES: readonly string[] = TARGETS.map(({ name }) => name);

export async function fuzz(name: string, options: FuzzOptions): Promise<Fuzzed> {
  const target = TARGETS.find((one) => one.name === name);
  if (target === undefined) throw new Error(`no target ${name}`);
  const coverage = await startCoverage();
  try {
    return await hunt(target, options, coverage);
  } finally {
    await coverage.stop();
  }
}

async function hunt(
  target: Target,
  { seconds, seed, corpus: earlier }: FuzzOptions,
  coverage: Coverage,
): Promise<Fuzzed> {
  const mutate = mutator(seed);
  const corpus: Buffer[] = [...target.seeds.map((text) => Buffer.from(text)), ...earlier];
  const thrown: string[] = [];
  let inputs = 0;
  let slowestMs = 0;
  let slowest = '';

  async function one(input: Buffer): Promise<void> {
    inputs += 1;
    const begun = performance.now();
    try {
      await target.run(input);
    } catch (error) {
      if (thrown.length < MOST_THROWN)
        thrown.push(`${error instanceof Error ? error.stack : error} on ${input.toString('base64')}`);
    }
    if (performance.now() - begun < SUSPICIOUS_MS) return;
    const ms = await processorMs(target, input);
    if (ms > slowestMs) [slowestMs, slowest] = [ms, input.toString('base64')];
  }

  async function all(list: readonly Buffer[]): Promise<number> {
    for (const input of list) await one(input);
    return coverage.news();
  }

  /** Some of these reach what is new: those are found by halves. */
  async function keep(list: readonly Buffer[]): Promise<void> {
    if (list.length <= FEW) {
      corpus.push(...list);
      await all(list);
      return;
    }
    const middle = list.length >> 1;
    for (const half of [list.slice(0, middle), list.slice(middle)]) {
      if ((await all(half)) === 0) continue;
      coverage.forget();
      await keep(half);
    }
  }

  await all(corpus);
  for (const end = performance.now() + seconds * 1_000; performance.now() < end; ) {
    const batch: Buffer[] = [];
    const long = performance.now() + TURNS_PER_LOOK * coverage.lookMs;
    while (batch.length < MOST_BATCH && (batch.length === 0 || performance.now() < long)) {
      const input = mutate(corpus);
      batch.push(input);
      await one(input);
    }
    if ((await coverage.news()) === 0) continue;
    coverage.forget();
    await keep(batch);
  }
  return {
    name: target.name,
    inputs,
    corpus: corpus.slice(target.seeds.length),
    blocks: coverage.blocks,
    thrown,
    slowestMs,
    slowest,
  };
}

/** The least of three: what else the machine does is not the input's fault. */
async function processorMs(target: Target, input: Buffer): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 3; n++) {
    const before = process.cpuUsage();
    try {
      await target.run(input);
    } catch {
      // Told already.
    }
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

interface Coverage {
  /** Blocks that have run for the first time since the last call. */
  news(): Promise<number>;
  /** The last news are new again. */
  forget(): void;
  readonly blocks: number;
  /** How long the last look took. */
  readonly lookMs: number;
  stop(): Promise<void>;
}

/** Of this program's own file alone. */
async function startCoverage(): Promise<Coverage> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const seen = new Set<string>();
  let last: string[] = [];
  let lookMs = 0;
  return {
    async news() {
      const begun = performance.now();
      const { result } = await session.post('Profiler.takePreciseCoverage');
      const ran = result
        .filter(({ url }) => url === import.meta.url)
        .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.filter(({ count }) => count > 0)))
        .map(({ startOffset, endOffset }) => `${startOffset} ${endOffset}`);
      last = ran.filter((block) => !seen.has(block));
      for (const block of last) seen.add(block);
      lookMs = performance.now() - begun;
      return last.length;
    },
    forget() {
      for (const block of last) seen.delete(block);
    },
    get blocks() {
      return seen.size;
    },
    get lookMs() {
      return lookMs;
    },
    async stop() {
      await session.post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}

const WORDS = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ': ',
  ';',
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  '<',
  '>',
  '</',
  '<!--',
  '-->',
  '%00',
  '\u001b[',
  '\u001b]',
  '\u0007',
  '0',
  '-1',
  '1e309',
  '9007199254740993',
  'null',
  '__proto__',
  'constructor',
  '\ufeff',
  '\ud800',
  'é',
  '//',
  '/*',
  'http://',
  '@',
  '::',
  'chunked',
  'a'.repeat(300),
  '('.repeat(50),
];

/** A new input each time, from what there is, by one seed. */
function mutator(seed: number): (corpus: readonly Buffer[]) => Buffer {
  let state = seed | 0;
  const below = (count: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, count);
  };
  const splice = (input: Buffer, at: number, gone: number, put: Uint8Array) =>
    Buffer.concat([input.subarray(0, at), put, input.subarray(at + gone)]);
  const changes: readonly ((input: Buffer, other: Buffer) => Buffer)[] = [
    (input) => splice(input, below(input.length), 1, Buffer.from([below(256)])),
    (input) => splice(input, below(input.length + 1), 0, Buffer.from(WORDS[below(WORDS.length)] ?? '')),
    (input) => splice(input, below(input.length), below(16), Buffer.alloc(0)),
    (input) => input.subarray(0, below(input.length)),
    (input, other) =>
      splice(
        input,
        below(input.length),
        below(8),
        other.subarray(below(other.length), below(other.length) + below(64)),
      ),
    (input) => {
      const at = below(input.length);
      const part = input.subarray(at, at + 1 + below(32));
      return splice(
        input,
        at,
        0,
        Buffer.concat(Array.from({ length: 1 + below(below(20) === 0 ? 500 : 4) }, () => part)),
      );
    },
  ];
  return (corpus) => {
    let input = corpus[below(corpus.length)] ?? Buffer.alloc(0);
    const other = corpus[below(corpus.length)] ?? input;
    for (let n = 1 + below(5); n > 0; n--) input = changes[below(changes.length)]?.(input, other) ?? input;
    return Buffer.from(input.subarray(0, MOST_BYTES));
  };
}
