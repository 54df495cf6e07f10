import { expect, test } from 'vitest';
import { Fault } from '../../src/text/fault.ts';
import { fitAnswer } from '../../src/tools/fit-answer.ts';

function fitted(value: Record<string, unknown>) {
  const saved: string[] = [];
  const answer = fitAnswer(value, (bytes) => {
    saved.push(Buffer.from(bytes).toString('utf8'));
    return '/files/value-1.json';
  });
  return { ...answer, saved };
}

test('what fits stays as it is, and no file is made', () => {
  const value = { id: 'req_1', body: 'x'.repeat(90_000), list: [1, null, ''] };
  expect(fitted(value)).toEqual({ value, text: JSON.stringify(value), saved: [] });
});

test.each([
  ['one long text', { id: 'req_1', body: 'x'.repeat(200_000) }],
  ['many lines', { id: 'req_1', body: 'line\n'.repeat(100_000) }],
  ['many texts', { id: 'req_1', list: Array.from({ length: 3_000 }, () => 'y'.repeat(100)) }],
  ['deep', { id: 'req_1', a: { b: Array.from({ length: 100 }, () => ({ text: 'z'.repeat(3_000) })) } }],
  ['signs that are written out', { id: 'req_1', body: '"\\'.repeat(100_000) }],
])('%s: cut, with the whole in a file', (_, value) => {
  const { value: shown, text, saved } = fitted(value);
  expect(text.length).toBeLessThanOrEqual(101_000);
  expect(JSON.parse(text)).toEqual(shown);
  expect(shown).toMatchObject({ id: 'req_1', whole_file: '/files/value-1.json' });
  expect(saved).toEqual([JSON.stringify(value)]);
});

test('a disk that is full costs the file alone', () => {
  const { value } = fitAnswer({ id: 'req_1', body: 'x'.repeat(200_000) }, () => {
    throw new Fault('limit', 'no room', 'Make some.');
  });
  expect(value).toMatchObject({ id: 'req_1', whole_file: null, whole_file_error: 'no room. Make some.' });
});

test('members without number: the file alone', () => {
  const value = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`name${at}`, at]));
  expect(fitted(value).value).toEqual({ whole_file: '/files/value-1.json' });
});
