import { expect, test } from 'vitest';
import { helloLine, isNewer, parseDaemonHello, parseFrontHello } from '../../src/home/hello.ts';

const front = { version: '1.2.3', cwd: '/w', pid: 7, env: { A: 'b', C: '' }, role: 'front' } as const;
const daemon = { version: '1.2.3', pid: 8, epoch: 2, leaving: false };

test('each side reads what the other writes, in one line', () => {
  expect(parseFrontHello(helloLine({ ...front, env: { A: 'line\nbreak' } }))).toEqual({
    ...front,
    env: { A: 'line\nbreak' },
  });
  expect(helloLine({ ...front, env: { A: 'line\nbreak' } }).indexOf('\n')).toBe(
    helloLine({ ...front, env: { A: 'line\nbreak' } }).length - 1,
  );
  expect(parseDaemonHello(helloLine(daemon))).toEqual(daemon);
});

test.each([
  '',
  'x',
  'null',
  '[]',
  '{}',
  '{"devtool_mcp":null}',
  '{"devtool_mcp":1}',
  '{"jsonrpc":"2.0","id":1,"method":"initialize"}',
  JSON.stringify({ devtool_mcp: { ...front, role: 'root' } }),
  JSON.stringify({ devtool_mcp: { ...front, env: null } }),
  JSON.stringify({ devtool_mcp: { ...front, cwd: 1 } }),
  JSON.stringify({ devtool_mcp: { ...front, pid: '7' } }),
])('%s is no hello', (line) => {
  expect(parseFrontHello(line)).toBeNull();
  expect(parseDaemonHello(line)).toBeNull();
});

test('an environment holds texts, whatever its names are', () => {
  const line = '{"devtool_mcp":{"version":"1","cwd":"/","pid":1,"role":"cli","env":{"__proto__":"x","A":1,"B":"b"}}}';
  const env = parseFrontHello(line)?.env ?? {};
  expect(Object.entries(env)).toEqual([
    ['__proto__', 'x'],
    ['B', 'b'],
  ]);
  expect(Object.getPrototypeOf(env)).toBe(Object.prototype);
});

test.each([
  ['1.0.1', '1.0.0', true],
  ['1.10.0', '1.9.9', true],
  ['2.0.0', '1.9.9', true],
  ['1.0.0', '1.0.0', false],
  ['1.0.0', '1.0.1', false],
  ['0.9.0', '1.0.0', false],
  ['2.0.0-beta', '1.0.0', true],
  ['1.0.0-beta', '1.0.0', false],
  ['x', '1.0.0', false],
  ['1.0.0', 'x', false],
])('%s is newer than %s: %s', (a, b, expected) => {
  expect(isNewer(a, b)).toBe(expected);
});
