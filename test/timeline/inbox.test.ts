import { expect, test } from 'vitest';
import { type Fault, groupFaults } from '../../src/timeline/inbox.ts';

const fault = (more: Partial<Fault>): Fault => ({
  source: 'page',
  severity: 'error',
  message: 'm',
  detail: '',
  at: null,
  count: 1,
  began: 1_000_000,
  first: 1_000_000,
  last: 1_000_000,
  ids: ['err_1'],
  behind: '',
  url: '',
  ...more,
});

test('equal faults are one, with their count, first and last time, and the newest ids', () => {
  const faults = [1, 2, 3, 4].map((n) => fault({ first: n, last: n, ids: [`err_${n}`] }));
  expect(groupFaults(faults)).toEqual([
    { ...fault({ count: 4, first: 1, last: 4, ids: ['err_2', 'err_3', 'err_4'] }), cause: null },
  ]);
});

test('another place or message is another fault; the newest comes last', () => {
  const groups = groupFaults([
    fault({ at: 'b:1:1', last: 9 }),
    fault({ at: 'a:1:1', last: 5 }),
    fault({ message: 'n', last: 7 }),
  ]);
  expect(groups.map(({ last }) => last)).toEqual([5, 7, 9]);
});

test('the request that failed just before explains a page’s fault, and is not told twice', () => {
  const request = fault({ source: 'http', message: 'GET /api 500', ids: ['req_1'] });
  const [only, ...rest] = groupFaults([fault({ behind: 'GET /api 500' }), request]);
  expect(rest).toEqual([]);
  expect(only).toMatchObject({ source: 'page', cause: { ids: ['req_1'] } });
  expect(groupFaults([fault({}), request]).map(({ cause }) => cause)).toEqual([null, null]);
  expect(groupFaults([fault({ behind: 'GET /other 500' }), request]).map(({ cause }) => cause)).toEqual([null, null]);
});

test('a resource that did not load is explained by its own request, and not told when the policy blocked it', () => {
  const image = fault({ message: 'img did not load: http://h/a.svg', url: 'http://h/a.svg' });
  const other = fault({ source: 'http', message: 'GET /api 500', first: 900_000, ids: ['req_1'], url: '/api' });
  const own = fault({ source: 'http', message: 'GET /a.svg 404', ids: ['req_2'], url: '/a.svg' });
  expect(groupFaults([image, other, own]).find(({ source }) => source === 'page')).toMatchObject({
    cause: { ids: ['req_2'] },
  });
  const blocked = fault({ message: 'policy script-src blocked http://h/a.svg' });
  expect(groupFaults([image, blocked]).map(({ message }) => message)).toEqual([blocked.message]);
});

test('what a dev server prints of a page’s console is that page’s fault', () => {
  const page = fault({ message: "TypeError: x (reading 'map')", at: 'src/a.ts:1:1' });
  const printed = fault({ source: 'output', message: "Uncaught TypeError: x (reading 'map')", ids: ['dev'] });
  expect(groupFaults([page, printed])).toMatchObject([{ source: 'page' }]);
  expect(groupFaults([printed])).toMatchObject([{ source: 'output' }]);
});
