import { describe, expect, test } from 'vitest';
import { nearNames } from '../../src/text/near.ts';

describe('nearNames', () => {
  const names = ['dev', 'build', 'test', 'test:watch', 'preview', 'process_id'];
  test.each([
    ['dve', ['dev']],
    ['DEV', ['dev']],
    ['tets', ['test']],
    ['biuld', ['build']],
    ['watch', ['test:watch']],
    ['tes', ['test', 'test:watch']],
    ['processId', ['process_id']],
    ['preveiw', ['preview']],
    ['zzz', []],
    ['', []],
    ['x'.repeat(100_000), []],
  ])('%s', (wanted, near) => {
    expect(nearNames(wanted, names)).toEqual(near);
  });

  test('the nearest first, each once, at most so many', () => {
    expect(nearNames('dev', ['dev#2', 'dex', 'dev', 'de', 'dev'])).toEqual(['dev', 'de', 'dev#2']);
    expect(nearNames('dev', ['dev#2', 'dex', 'de'], 1)).toEqual(['de']);
  });
});
