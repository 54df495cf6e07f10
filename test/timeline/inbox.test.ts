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
  heard: 1_000_000,
  ids: ['err_1'],
  behind: '',
  url: '',
  ...more,
});

test('equal faults are one, with their count, first and last time, and the newest ids', () => {
  const faults = [1, 2, 3, 4].map((n) => fault({ first: n, last: n, heard: 10 - n, ids: [`err_${n}`] }));
  expect(groupFaults(faults)).toEqual([
    { ...fault({ count: 4, first: 1, last: 4, heard: 9, ids: ['err_2', 'err_3', 'err_4'] }), cause: null },
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

test('a chain: the import that failed, its request, and what the server printed of that file', () => {
  const printed = fault({ source: 'output', message: 'Unexpected token', at: 'src/a.ts:2:39', ids: ['dev'] });
  const request = fault({ source: 'http', message: 'GET /src/a.ts 500', ids: ['req_1'], url: '/src/a.ts' });
  const page = fault({ message: 'import failed: /src/a.ts', url: '/src/a.ts?t=1' });
  const groups = groupFaults([printed, request, page]);
  expect(groups).toMatchObject([
    { source: 'page', cause: { source: 'http', cause: { source: 'output', cause: null } } },
  ]);
});

test('what was printed while a request was under way explains it, unless it is about another file', () => {
  const request = fault({ source: 'http', message: 'GET /api 500', url: '/api', began: 1_000_000, last: 1_100_000 });
  const other = fault({ source: 'http', message: 'GET /a.ts 500', url: '/a.ts', began: 1_000_000, last: 1_100_000 });
  const printed = (last: number, at: string) => fault({ source: 'output', message: `at ${at}`, at, last });
  const causeIn = (...more: Fault[]) =>
    groupFaults([request, ...more]).find(({ url }) => url === '/api')?.cause ?? null;
  expect(causeIn(printed(1_050_000, 'api.mjs:3:1'))).toMatchObject({ source: 'output' });
  expect(causeIn(printed(1_250_000, 'api.mjs:3:1'))).toMatchObject({ source: 'output' });
  expect(causeIn(printed(900_000, 'api.mjs:3:1'))).toBeNull();
  expect(causeIn(printed(1_400_000, 'api.mjs:3:1'))).toBeNull();
  expect(causeIn(printed(1_050_000, 'a.ts:3:1'), other)).toBeNull();
});

test('a warning is explained by no output', () => {
  const request = fault({ source: 'http', severity: 'warning', message: 'GET /api 404', url: '/api' });
  const printed = fault({ source: 'output', message: 'n' });
  expect(groupFaults([request, printed])).toHaveLength(2);
});

test('requests that found nobody are explained by the crash, and the crash by its last words', () => {
  const words = fault({ source: 'output', message: 'RangeError: x', ids: ['dev'], last: 900_000 });
  const old = fault({ source: 'output', message: 'Error: long ago', ids: ['api'], last: 900_000 });
  const crash = fault({ source: 'crash', message: 'dev has crashed', ids: ['dev'] });
  const request = fault({ source: 'http', message: 'GET / 502', behind: 'dev', url: '/', last: 2_000_000 });
  expect(groupFaults([words, old, crash, request])).toMatchObject([
    { message: 'Error: long ago', cause: null },
    { source: 'http', cause: { source: 'crash', cause: { message: 'RangeError: x' } } },
  ]);
});

test('what differs each time is told of the latest', () => {
  const slow = (last: number, detail: string) => fault({ source: 'http', message: 'slow GET /r 200', detail, last });
  expect(groupFaults([slow(1, '2.0 s'), slow(2, '3.0 s')])).toMatchObject([
    { count: 2, detail: '3.0 s', first: 1_000_000 },
  ]);
});

test('what explains a fault that is not asked for is told itself', () => {
  const request = fault({ source: 'http', message: 'GET /api 500', last: 9, heard: 9, ids: ['req_1', 'req_2'] });
  const page = fault({ behind: 'GET /api 500', last: 2, heard: 2 });
  expect(groupFaults([page, request], ({ heard }) => heard > 5)).toMatchObject([{ source: 'http', cause: null }]);
  expect(groupFaults([page, request], ({ source }) => source === 'http')).toMatchObject([{ ids: ['req_1', 'req_2'] }]);
  expect(groupFaults([page, request], ({ source }) => source === 'page')).toMatchObject([
    { source: 'page', cause: { source: 'http' } },
  ]);
});
