import { describe, expect, test } from 'vitest';
import { checkId, commandId, defaultId, registryKey } from '../../src/process/process-id.ts';

describe('ids', () => {
  test.each(['dev', 'dev#2', '@scope/pkg:dev', 'a', 'A.b_c-d', 'x'.repeat(64)])('%s is one', (id) => {
    expect(checkId(id)).toBe(id);
  });

  test.each(['', '-x', '.x', '/etc', 'a b', 'a\0', 'ä', 'x'.repeat(65), '../up', 'a\n'])('%j is none', (id) => {
    expect(() => checkId(id)).toThrowError(expect.objectContaining({ code: 'invalid_argument' }));
  });

  test.each([
    ['dev', 'dev'],
    ['test:unit', 'test:unit'],
    ['apps/web:dev', 'apps/web:dev'],
    ['ümlaut é', 'umlaut-e'],
    ['日本', 'process'],
    ['echo "a b"', 'echo-a-b-'],
    ['--', 'process'],
    ['  spaced', 'spaced'],
  ])('default id of %j is %s', (name, id) => {
    expect(defaultId(name)).toBe(id);
    expect(checkId(defaultId(name))).toBe(id);
  });

  test('of a command it is the base name', () => {
    expect(['/usr/bin/python3', './build.sh', 'go'].map(commandId)).toEqual(['python3', 'build.sh', 'go']);
  });

  test('a key tells directories and ids apart, and is short whatever the path is', () => {
    const keys = [
      registryKey('/a', 'dev'),
      registryKey('/b', 'dev'),
      registryKey('/a', 'dev2'),
      registryKey('/x'.repeat(2_000), 'd'.repeat(64)),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(Math.max(...keys.map((key) => Buffer.byteLength(key)))).toBeLessThanOrEqual(128);
  });
});
