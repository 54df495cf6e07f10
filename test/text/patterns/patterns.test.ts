import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  createPatterns,
  MOST_CHARACTERS,
  MOST_WAITING,
  type Patterns,
  type PatternsOptions,
} from '../../../src/patterns/patterns.ts';
import { EVIL_PATTERNS } from './evil-patterns.ts';

type Clock = PatternsOptions['clock'];

const realClock: Clock = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** A deadline that has passed when the loop turns again, since the loop was blocked for long enough that the answer is there. */
const lateLoop: Clock = {
  after: (_, run) => {
    queueMicrotask(() => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
      run();
    });
    return { cancel: () => {} };
  },
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let folder = '';
let workerUrl = '';
let patterns: Patterns | null = null;

const start = (options: Partial<PatternsOptions> = {}): Patterns => {
  patterns = createPatterns({ workerUrl, clock: realClock, ...options });
  return patterns;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patterns-'));
  workerUrl = join(folder, 'worker.mjs');
  const entry = fileURLToPath(new URL('../../../src/patterns/worker.ts', import.meta.url));
  await build({
    entryPoints: [entry],
    outfile: workerUrl,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
});

afterEach(async () => {
  await patterns?.close();
  patterns = null;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

// Each takes three deadlines. While it waits amid its work, its loop counts that it is at work.
test.each([
  ['does not get to begin', 'setTimeout(answer, 300)'],
  ['loses its processor amid its work', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300); answer()'],
])('a thread that %s, as on a busy machine, has no runaway pattern', async (what, wait) => {
  const slow = join(folder, `${what}.mjs`);
  await writeFile(
    slow,
    `import { workerData } from 'node:worker_threads';
const { port } = workerData;
port.on('message', ({ id }) => {
  const answer = () => port.postMessage({ id, verdict: { kind: 'tested', matches: new Uint8Array(1) } });
  ${wait};
});
port.postMessage('ready');`,
  );
  expect(await start({ workerUrl: slow }).test('x', ['a'])).toEqual({ kind: 'tested', matches: [false] });
});

describe('test', () => {
  test.each<[string, string, string[], string, boolean[]]>([
    ['flags in front, as other engines write them', '(?is)a.B', ['A\nb', 'ab'], 'i', [true, false]],
    ['some', 'b|d', ['a', 'b', 'c', 'd'], '', [false, true, false, true]],
    ['none', 'x', ['a', 'b'], '', [false, false]],
    ['no texts', 'x', [], '', []],
    ['an empty text', '^$', ['', 'a', ''], '', [true, false, true]],
    ['each text on its own', '^b', ['a', 'b', 'ab'], '', [false, true, false]],
    ['texts with newlines', 'a.b', ['a\nb'], 's', [true]],
    ['ignoring case', 'ERROR', ['an error'], 'i', [true]],
    ['characters outside the BMP', '^.$', ['😀'], 'u', [true]],
  ])('%s', async (_, pattern, texts, flags, matches) => {
    expect(await start().test(pattern, texts, flags)).toEqual({ kind: 'tested', matches });
  });

  test('as RegExp does it', async () => {
    const running = start();
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 8 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom('a', '^.?$', '[^a]', '\\d', '\\u{1F600}|x'), async (given, pattern) => {
        const matches = given.map((text) => new RegExp(pattern).test(text));
        expect(await running.test(pattern, given)).toEqual({ kind: 'tested', matches });
      }),
    );
  });
});

describe('find', () => {
  test.each<[string, string, string[], object]>([
    ['the first', 'b+', ['a', 'abb', 'b'], { kind: 'found', index: 1, match: 'bb', url: null }],
    ['none', 'x', ['a'], { kind: 'absent' }],
    [
      'the group url',
      'at (?<url>\\S+)',
      ['at http://x'],
      { kind: 'found', index: 0, match: 'at http://x', url: 'http://x' },
    ],
  ])('%s', async (_, pattern, texts, found) => {
    expect(await start().find(pattern, texts)).toEqual(found);
  });
});

describe('failures', () => {
  test('an invalid pattern, with the reason', async () => {
    const failure = await start().test('[', ['a']);
    expect(failure).toMatchObject({ kind: 'invalid', pattern: '[', reason: expect.stringContaining('Unterminated') });
  });

  test.each([
    ['too long', 'x'.repeat(10_000_000), [], '', { kind: 'invalid', pattern: `${'x'.repeat(200)}…` }],
    ['flags', 'x', ['x'], 'g', { kind: 'invalid', pattern: 'x', reason: expect.stringContaining('flags=g') }],
    ['flags twice', 'x', ['x'], 'ii', { kind: 'invalid', pattern: 'x' }],
    [
      'too much text',
      'x',
      ['y'.repeat(MOST_CHARACTERS), 'z'],
      '',
      { kind: 'too_large', characters: MOST_CHARACTERS + 1 },
    ],
  ])('%s', async (_, pattern, texts, flags, failure) => {
    expect(await start({ deadlineMs: 5_000 }).test(pattern, texts, flags)).toMatchObject(failure);
  });

  test('a runaway pattern is named, and fails nobody else', async () => {
    const running = start();
    const evil = { pattern: '^(a+)+$', input: `${'a'.repeat(50)}!` };
    const answers = await Promise.all([
      running.test('a', ['a']),
      running.test(evil.pattern, [evil.input]),
      running.test('b', ['a', 'b']),
      running.find(evil.pattern, [evil.input]),
      running.find('c', ['c']),
    ]);
    const runaway = { kind: 'runaway', pattern: evil.pattern, deadlineMs: 100 };
    expect(answers).toEqual([
      { kind: 'tested', matches: [true] },
      runaway,
      { kind: 'tested', matches: [false, true] },
      runaway,
      { kind: 'found', index: 0, match: 'c', url: null },
    ]);
  });

  test('an answer that has arrived counts, however late our own loop looks', async () => {
    expect(await start({ clock: lateLoop }).test('a', ['a'])).toEqual({ kind: 'tested', matches: [true] });
  });

  test('too many that wait are refused, the others served', async () => {
    const running = start();
    const asked = Array.from({ length: MOST_WAITING + 10 }, () => running.test('a', ['a']));
    const kinds = (await Promise.all(asked)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'busy').length).toBeGreaterThan(0);
    expect(kinds.filter((kind) => kind === 'tested').length).toBeGreaterThanOrEqual(MOST_WAITING);
    expect(await running.test('a', ['a'])).toEqual({ kind: 'tested', matches: [true] });
  });

  test('a thread that cannot start fails its call and hangs none', async () => {
    const running = start({ workerUrl: join(folder, 'absent.mjs') });
    const answers = await Promise.all([running.test('a', ['a']), running.find('b', ['b'])]);
    for (const answer of answers)
      expect(answer).toMatchObject({ kind: 'lost', reason: expect.stringContaining('absent.mjs') });
  });

  test('a thread that is lost is replaced', async () => {
    const flaky = join(folder, 'flaky.mjs');
    await writeFile(
      flaky,
      `import { workerData } from 'node:worker_threads';
       const { port } = workerData;
       port.on('message', ({ id, pattern }) => {
         if (pattern === 'throw') throw new Error('on purpose');
         if (pattern === 'exit') process.exit(3);
         port.postMessage({ id, verdict: { kind: 'tested', matches: Uint8Array.of(1) } });
       });
       port.postMessage('ready');`,
    );
    const running = start({ workerUrl: flaky });
    const ask = (pattern: string) => running.test(pattern, ['x']);
    expect(await Promise.all([ask('throw'), ask('a'), ask('exit'), ask('b')])).toEqual([
      { kind: 'lost', pattern: 'throw', reason: 'on purpose' },
      { kind: 'tested', matches: [true] },
      { kind: 'lost', pattern: 'exit', reason: 'thread ended with code 3' },
      { kind: 'tested', matches: [true] },
    ]);
  });
});

describe('close', () => {
  test('answers whoever waits, and everyone after', async () => {
    const running = start();
    const asked = [running.test('^(a+)+$', [`${'a'.repeat(50)}!`]), running.find('b', ['b'])];
    await running.close();
    const answers = await Promise.all([...asked, running.test('c', ['c'])]);
    expect(answers.map(({ kind, ...rest }) => [kind, rest])).toEqual([
      ['closed', { pattern: '^(a+)+$' }],
      ['closed', { pattern: 'b' }],
      ['closed', { pattern: 'c' }],
    ]);
    await running.close();
  });
});

describe('evil patterns', () => {
  test('there are sixty, all different', () => {
    expect(new Set(EVIL_PATTERNS.map(({ pattern }) => pattern)).size).toBe(60);
    for (const { input } of EVIL_PATTERNS) expect(input.length).toBeGreaterThanOrEqual(100_000);
  });

  test('each ends, answered or named, while the caller’s loop keeps turning', async () => {
    const running = start();
    let runaways = 0;
    for (const { pattern, input } of EVIL_PATTERNS) {
      let turns = 0;
      let waiting = true;
      const asked = running.test(pattern, [input]).finally(() => {
        waiting = false;
      });
      while (waiting) {
        await turn();
        turns += 1;
      }
      const answer = await asked;
      if (answer.kind === 'runaway') {
        runaways += 1;
        expect(answer.pattern).toBe(pattern);
        expect(turns).toBeGreaterThan(20);
      } else expect(answer.kind).toBe('tested');
    }
    expect(runaways).toBeGreaterThan(45);
    expect(await running.test('still here', ['still here'])).toEqual({ kind: 'tested', matches: [true] });
  });
});
