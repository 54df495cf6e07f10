import { expect, test } from 'vitest';
import { groupPageErrors } from '../../src/proxy/page-errors.ts';
import type { PageRecord } from '../../src/proxy/page-log.ts';
import { createSourceMaps } from '../../src/proxy/source-map.ts';

const maps = createSourceMaps(async () => null);
let lastId = 0;

function record(kind: PageRecord['kind'], facts: PageRecord['facts']): PageRecord {
  lastId += 1;
  return { id: lastId, kind, page: 1, micros: lastId * 1_000, heard: lastId * 1_000, facts };
}

const groups = async (...records: PageRecord[]) =>
  (await groupPageErrors(records, maps)).map(({ message, count, frame }) => [
    message,
    count,
    frame === null ? null : `${frame.file}:${frame.line}:${frame.column}`,
  ]);

const frame = (place: string) => `    at f (http://localhost:1/${place})`;
const CLIENT = '    at console.error (http://localhost:1/__devtool/client.js:1:300)';

test('a text that is printed as an error has the place where that was done, and two places are two', async () => {
  const said = (place: string) =>
    record('console', { level: 'error', text: 'no stock', stack: `Error\n${CLIENT}\n${frame(place)}` });
  expect(await groups(said('src/a.js:4:5'), said('src/b.js:6:7'), said('src/a.js:4:5'))).toEqual([
    ['no stock', 2, 'src/a.js:4:5'],
    ['no stock', 1, 'src/b.js:6:7'],
  ]);
});

test.each([
  [{ name: 'TypeError', message: 'inner' }, 'Error: outer (caused by TypeError: inner)'],
  ['a reason', 'Error: outer (caused by a reason)'],
  [
    [
      { name: 'Error', message: 'a' },
      { name: 'RangeError', message: 'b' },
    ],
    'Error: outer (caused by Error: a; RangeError: b)',
  ],
  [null, 'Error: outer'],
  [{ message: { toString: 0 } }, 'Error: outer'],
])('what has caused an error is told with it: %j', async (cause, message) => {
  const facts = {
    source: 'uncaught',
    name: 'Error',
    message: 'Uncaught Error: outer',
    stack: frame('a.js:1:2'),
    cause,
  };
  expect(await groups(record('error', facts))).toEqual([[message, 1, 'a.js:1:2']]);
});

test('what was thrown and is no error is told as it is', async () => {
  const thrown = (name: string, message: string) => record('error', { source: 'uncaught', name, message, stack: '' });
  expect(await groups(thrown('', 'a text'), thrown('Object', '{"code":3}'), thrown('', 'undefined'))).toEqual([
    ['a text', 1, null],
    ['Object: {"code":3}', 1, null],
    ['undefined', 1, null],
  ]);
});

test('of more different errors than are mapped the newest have their places', async () => {
  const thrown = Array.from({ length: 60 }, (_, at) =>
    record('error', { source: 'uncaught', name: 'Error', message: `Error: ${at}`, stack: frame(`a.js:${at + 1}:1`) }),
  );
  const places = (await groups(...thrown)).map(([, , place]) => place);
  expect(places.indexOf('a.js:11:1')).toBe(10);
  expect(places.filter((place) => place === null)).toHaveLength(10);
  expect(places.at(-1)).toBe('a.js:60:1');
});

test('a rejection that is handled later is told so, once for each', async () => {
  const facts = { name: 'Error', message: 'late', stack: frame('a.js:1:2') };
  const rejected = () => record('error', { ...facts, source: 'unhandledrejection' });
  const handled = () => record('error', { ...facts, source: 'rejectionhandled' });
  expect(await groups(rejected(), rejected(), handled(), rejected())).toEqual([
    ['Error: late', 2, 'a.js:1:2'],
    ['Error: late (handled later)', 1, 'a.js:1:2'],
  ]);
  expect(await groups(rejected(), handled())).toEqual([['Error: late (handled later)', 1, 'a.js:1:2']]);
  // Its rejection is no longer kept.
  expect(await groups(handled())).toEqual([]);
});
