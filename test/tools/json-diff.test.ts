import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Json, type JsonChange, jsonDiff, parseJson, pathText } from '../../src/tools/json-diff.ts';

const said = (a: Json, b: Json): string[] =>
  jsonDiff(a, b).map(
    ({ path, a: before, b: after }) => `${pathText(path)}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`,
  );

test.each<[Json, Json, string[]]>([
  [{ items: [{ price: 12 }] }, { items: [{ price: 13 }] }, ['$.items[0].price: 12 → 13']],
  [{ a: 1, b: 2 }, { b: 2, c: null }, ['$.a: 1 → undefined', '$.c: undefined → null']],
  [[1, 2, 3], [1, 9, 2, 3], ['$[1]: undefined → 9']],
  [[1, 2, 3], [1, 3], ['$[1]: 2 → undefined']],
  [
    [1, 2],
    [2, 1],
    ['$[0]: 1 → 2', '$[1]: 2 → 1'],
  ],
  [{ 'a b': [] }, { 'a b': {} }, ['$["a b"]: [] → {}']],
  [1, 'x', ['$: 1 → "x"']],
  [JSON.parse('{"__proto__":1}'), {}, ['$.__proto__: 1 → undefined']],
  [{}, { toString: 1 }, ['$.toString: undefined → 1']],
])('%j and %j', (a, b, changes) => {
  expect(said(a, b)).toEqual(changes);
});

const json = fc.jsonValue({ maxDepth: 5 }) as fc.Arbitrary<Json>;
/** Often alike, so that lists are cut within. */
const few: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(1, 2, 'x', null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('value')),
  ),
})).value;

test('nothing differs from itself', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(jsonDiff(value, structuredClone(value))).toEqual([]);
    }),
  );
});

test('what is said to differ, put into one, makes the other', () => {
  const holds = (a: Json, b: Json): void => {
    expect(sorted(applied(a, jsonDiff(a, b)))).toBe(sorted(b));
  };
  fc.assert(fc.property(json, json, holds));
  fc.assert(fc.property(few, few, holds), { numRuns: 2_000 });
});

test('what nests too deep is no JSON here', () => {
  expect(parseJson('['.repeat(100_000))).toBeUndefined();
  expect(parseJson(`${'['.repeat(65)}${']'.repeat(65)}`)).toBeUndefined();
  expect(parseJson('{"a":[1]}')).toEqual({ a: [1] });
  expect(parseJson('nonsense')).toBeUndefined();
});

/** Changes and additions in their order, then removals from the last. */
function applied(to: Json, changes: readonly JsonChange[]): Json {
  const box: Json[] = [structuredClone(to)];
  const removals = changes.filter(({ b }) => b === undefined).reverse();
  for (const change of [...changes.filter(({ b }) => b !== undefined), ...removals]) put(box, change);
  return box[0] ?? null;
}

function put(box: Json[], { path, a, b }: JsonChange): void {
  const full = [0, ...path];
  const holder = full.slice(0, -1).reduce<unknown>((value, step) => own(value, step), box);
  const step = full.at(-1) ?? 0;
  if (Array.isArray(holder)) holder.splice(Number(step), a === undefined ? 0 : 1, ...(b === undefined ? [] : [b]));
  else if (b === undefined) Reflect.deleteProperty(holder as object, step);
  else Object.defineProperty(holder, step, { value: b, enumerable: true, configurable: true, writable: true });
}

const own = (value: unknown, step: string | number): unknown =>
  Object.getOwnPropertyDescriptor(value as object, step)?.value;

/** Without regard to the order of names. */
const sorted = (value: Json): string =>
  JSON.stringify(value, (_, member) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))
      : member,
  );
