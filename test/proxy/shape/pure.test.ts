import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../src/proxy/http1.ts';
import { readRequestHead } from '../../../src/proxy/http1-head.ts';
import { chance, seedOf } from '../../../src/proxy/shape/chance.ts';
import { corruptJson } from '../../../src/proxy/shape/damage.ts';
import { applyPatch } from '../../../src/proxy/shape/json-patch.ts';
import { LiveRule } from '../../../src/proxy/shape/live-rule.ts';
import { decide, type Plan } from '../../../src/proxy/shape/plan.ts';
import { PRESETS } from '../../../src/proxy/shape/presets.ts';
import { RuleBook } from '../../../src/proxy/shape/rule-book.ts';
import { RULE_CELLS_BYTES, RuleCells } from '../../../src/proxy/shape/rule-cells.ts';
import { RuleIndex } from '../../../src/proxy/shape/rule-index.ts';
import { filled, unknownPlaces } from '../../../src/proxy/shape/template.ts';
import { chaosInputs, chaosSpec } from '../../../src/tools/chaos-input.ts';

const newCells = () => new RuleCells(new BigInt64Array(new SharedArrayBuffer(RULE_CELLS_BYTES)));
const headOf = (target: string, method = 'GET', fields = '') =>
  readRequestHead(Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`), LIMITS);

/** Plans of `count` requests under a preset. */
function plansOf(preset: keyof typeof PRESETS, seed: number, count: number) {
  const cells = newCells();
  const book = new RuleBook(cells);
  const { globalOdds, rules } = PRESETS[preset];
  book.setChaos(chaosInputs([...rules]).map(chaosSpec), { isEnabled: true, preset, seed, globalOdds }, 0);
  const update = book.update(0);
  const index = new RuleIndex(
    update.added.map((rule) => new LiveRule(rule, cells)),
    () => {},
  );
  let asked = 0;
  const plans: (Plan | null)[] = [];
  for (let n = 0; n < count; n++) {
    const odds = () => globalOdds >= 1 || chance(update.globalSeed, asked++) < globalOdds;
    plans.push(decide({ rules: index.fitting(headOf('/a')), body: '', isWebSocket: false, odds }, cells));
  }
  return { plans, cells };
}

const COUNT = 6_000;
/** Share of all requests, and the range of delays with jitter. */
const FIGURES: readonly (readonly [
  keyof typeof PRESETS,
  Partial<Record<'answer' | 'hold' | 'cut' | 'partial' | 'reorder' | 'pace' | 'delay', number>>,
  readonly [number, number] | null,
])[] = [
  ['mobile-3g', { delay: 1, cut: 0.02 }, [0, 2_500]],
  ['mobile-4g', { delay: 1, cut: 0.005 }, [0, 600]],
  ['flaky-api', { answer: 0.05, delay: 0.3, hold: 0.02 }, [0, 6_000]],
  ['race-condition', { reorder: 0.5, delay: 0.7 }, [0, 4_000]],
  ['stale-tab', { delay: 1 }, [10_800_000, 10_800_000]],
  ['slow-connection', { pace: 1, delay: 1 }, [500, 1_000]],
  ['connection-drops', { partial: 0.1 }, null],
  ['data-corruption', { partial: 0.05 }, null],
  ['rate-limited', { answer: 0.2 }, null],
  ['auth-failures', { answer: 0.1 }, null],
  ['service-degradation', { delay: 0.15, answer: 0.03, partial: 0.015 }, [1_000, 10_000]],
  ['pressure-test', { delay: 0.2, answer: 0.05, reorder: 0.15, partial: 0.01 }, [0, 2_500]],
];

test.each(FIGURES)('%s: rates and delays over many requests', (preset, rates, range) => {
  const { plans } = plansOf(preset, 1, COUNT);
  const touched = plans.filter((plan) => plan !== null);
  const share = { answer: 0, hold: 0, cut: 0, partial: 0, reorder: 0, pace: 0, delay: 0 };
  for (const plan of touched) {
    for (const what of ['answer', 'hold', 'cut', 'partial', 'reorder', 'pace'] as const)
      if (plan[what] !== null) share[what] += 1;
    if (plan.delayedBy.length > 0) share.delay += 1;
  }
  for (const [what, count] of Object.entries(share)) {
    const p = rates[what as keyof typeof rates] ?? 0;
    // Five standard deviations; what comes behind a cut is not drawn.
    const spread = 5 * Math.sqrt(COUNT * p * (1 - p)) + 1;
    expect([preset, what, Math.abs(count - COUNT * p) <= spread, count]).toEqual([preset, what, true, count]);
  }
  const delays = touched.filter(({ delayedBy }) => delayedBy.length > 0).map(({ delayMs }) => delayMs);
  if (range === null) expect(delays).toEqual([]);
  else {
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(range[0]);
    expect(Math.max(...delays)).toBeLessThanOrEqual(range[1]);
    // The whole range is used.
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThanOrEqual((range[1] - range[0]) * 0.9);
  }
});

test('the same seed plans the same, another one does not; a worker that begins anew goes on in the sequence', () => {
  const words = (plans: readonly (Plan | null)[]) => plans.map((plan) => plan?.touches.join() ?? '');
  const once = words(plansOf('pressure-test', 9, 300).plans);
  expect(words(plansOf('pressure-test', 9, 300).plans)).toEqual(once);
  expect(words(plansOf('pressure-test', 10, 300).plans)).not.toEqual(once);
  const cells = newCells();
  const book = new RuleBook(cells);
  book.setChaos(
    chaosInputs([{ type: 'packet_loss', probability: 0.5 }]).map(chaosSpec),
    { isEnabled: true, preset: null, seed: 4, globalOdds: 1 },
    0,
  );
  const draw = (live: LiveRule, count: number) => Array.from({ length: count }, () => live.takes());
  const [rule] = book.update(0).added;
  if (rule === undefined) throw new Error('no rule');
  const halves = [...draw(new LiveRule(rule, cells), 50), ...draw(new LiveRule(rule, cells), 50)];
  cells.clear(rule.slot);
  expect(draw(new LiveRule(rule, cells), 100)).toEqual(halves);
});

test('chance is spread evenly, and no two rules share it', () => {
  const bins = new Array<number>(10).fill(0);
  for (let n = 0; n < 100_000; n++) {
    const at = Math.floor(chance(seedOf(1, 'a'), n) * 10);
    bins[at] = (bins[at] ?? 0) + 1;
  }
  for (const bin of bins) expect(Math.abs(bin - 10_000)).toBeLessThan(500);
  let same = 0;
  for (let n = 0; n < 1_000; n++) if (chance(seedOf(1, 'a'), n) < 0.5 === chance(seedOf(1, 'b'), n) < 0.5) same += 1;
  expect(Math.abs(same - 500)).toBeLessThan(80);
});

describe('JSON Patch (RFC 6902, appendix A)', () => {
  test.each([
    [{ foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
    [{ foo: ['bar', 'baz'] }, [{ op: 'add', path: '/foo/1', value: 'qux' }], { foo: ['bar', 'qux', 'baz'] }],
    [{ baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
    [{ foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
    [{ a: [1, 2] }, [{ op: 'replace', path: '/a/0', value: 9 }], { a: [9, 2] }],
    [{ baz: 'qux' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo' }],
    [
      { foo: { bar: 'baz', waldo: 'fred' }, qux: {} },
      [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
      { foo: { bar: 'baz' }, qux: { thud: 'fred' } },
    ],
    [{ foo: ['a', 'b', 'c'] }, [{ op: 'move', from: '/foo/0', path: '/foo/2' }], { foo: ['b', 'c', 'a'] }],
    [{ foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['abc'] }], { foo: ['bar', ['abc']] }],
    [
      { '/': 9, '~1': 10 },
      [
        { op: 'test', path: '/~01', value: 10 },
        { op: 'replace', path: '/~1', value: 1 },
      ],
      { '/': 1, '~1': 10 },
    ],
    [{ a: 1 }, [{ op: 'add', path: '', value: [] }], []],
    [
      { a: { b: [1] } },
      [
        { op: 'copy', from: '/a', path: '/c' },
        { op: 'add', path: '/a/b/-', value: 2 },
      ],
      { a: { b: [1, 2] }, c: { b: [1] } },
    ],
  ] as const)('%j with %j', (value, operations, expected) => {
    expect(applyPatch(value, operations)).toEqual({ kind: 'patched', value: expected });
  });

  test.each([
    [{ baz: 'qux' }, { op: 'test', path: '/baz', value: 'bar' }],
    [{ foo: 'bar' }, { op: 'add', path: '/baz/bat', value: 'qux' }],
    [{ foo: [] }, { op: 'add', path: '/foo/2', value: 1 }],
    [{ foo: [1] }, { op: 'remove', path: '/foo/length' }],
    [{ foo: 1 }, { op: 'replace', path: '/toString', value: 1 }],
    [{ a: { b: 1 } }, { op: 'move', from: '/a', path: '/a/b' }],
  ] as const)('%j with %j is refused, and nothing is changed', (value, operation) => {
    const before = structuredClone(value);
    expect(applyPatch(value, [{ op: 'add', path: '/new', value: 1 }, operation])).toMatchObject({ kind: 'refused' });
    expect(value).toEqual(before);
  });

  test('__proto__ is a name', () => {
    const patched = applyPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: 1 } }]);
    expect(JSON.stringify(patched)).toBe('{"kind":"patched","value":{"__proto__":{"polluted":1}}}');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

test('no damaged JSON is JSON', () => {
  fc.assert(
    fc.property(
      fc.json(),
      fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 2 }),
      (text, draws) => {
        let n = 0;
        const damaged = corruptJson(text, () => draws[n++ % draws.length] ?? 0);
        expect(() => JSON.parse(damaged)).toThrow();
      },
    ),
  );
});

test('templates: what a request brings cannot get out of its place', () => {
  const facts = {
    method: 'GET',
    target: '/p?q=%22%7D&x=1',
    fields: ['X-A', '<b>'],
    body: '{"a":{"b":[1]}}',
    count: 2,
    iso: 'now',
    random: 0.5,
  };
  const text =
    '{"q":"{{query.q}}","a":"{{header.x-a}}","b":"{{json.a.b}}","n":{{count}},"c":"{{json.constructor.name}}"}';
  expect(JSON.parse(filled(text, facts, 'application/json'))).toEqual({ q: '"}', a: '<b>', b: '[1]', n: 2, c: '' });
  expect(filled('<i>{{ header.x-a }}</i>', facts, 'text/html')).toBe('<i>&#60;b&#62;</i>');
  expect(unknownPlaces('{{a}} {{query}} {{query.x}} {{ count }} {{json.}} {')).toEqual(['a', 'query', 'json.']);
  expect(filled('{{body}}'.repeat(200_000), { ...facts, body: 'x'.repeat(60_000) }, '').length).toBeLessThanOrEqual(
    4_000_000 + 60_000,
  );
});
