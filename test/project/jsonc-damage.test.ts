import { expect, test } from 'vitest';
import { readJsonc } from '../../src/project/formats.ts';

test.each<[string, string, unknown]>([
  ['half a command', '{"scripts":{"a":"x","dev":{"command":"rm -rf /tmp/x', { scripts: { a: 'x' } }],
  ['half its arguments', '{"scripts":{"a":"x","dev":{"command":"rm","args":["-rf"', { scripts: { a: 'x' } }],
  ['half a number', '{"limits":{"output_lines":5', { limits: {} }],
  ['a text over two lines', '{"scripts":{"a":"x\ny","b":"z"}}', { scripts: {} }],
  ['only the file’s end', '{"scripts":{"a":"x"}', { scripts: { a: 'x' } }],
  ['something behind it', '{"scripts":{"a":"x"}} }', { scripts: { a: 'x' } }],
  ['a comma', '{"scripts":{"a":"x" "b":"y"}}', { scripts: { a: 'x', b: 'y' } }],
  ['a colon', '{"scripts":{"a" "x","b":"y"}}', { scripts: { b: 'y' } }],
  ['noise', `{"scripts":{"a":"x"}} ${'? '.repeat(30)}`, {}],
])('of what lacks %s the rest is used', (_, text, value) => {
  const read = readJsonc(text);
  expect(read.value).toEqual(value);
  expect(read.errors.length).toBeGreaterThan(0);
});

test('each cut of a file gives whole entries of it or none', () => {
  const whole = {
    scripts: { a: 'echo 1', b: { command: 'rm', args: ['-rf', '/tmp/x'] } },
    limits: { output_lines: 50 },
  };
  const text = JSON.stringify(whole, null, 1);
  for (let end = 0; end < text.length; end++) {
    const { value } = readJsonc(text.slice(0, end));
    const { scripts = {}, limits = {} } = (value ?? {}) as typeof whole;
    for (const [name, script] of Object.entries(scripts)) expect(script).toEqual(Reflect.get(whole.scripts, name));
    for (const limit of Object.values(limits)) expect(limit).toBe(50);
  }
});

test('a name that is there twice is named, at any depth; the last one counts', () => {
  const text = '{\n"scripts": {\n"a": "x",\n"a": {"env": {"A": "1", "A": "2"}} },\n"limits": {}, "limits": {}\n}';
  expect(readJsonc(text)).toEqual({
    value: { scripts: { a: { env: { A: '2' } } }, limits: {} },
    errors: [
      'line 4: scripts.a is there again; this one counts',
      'line 4: scripts.a.env.A is there again; this one counts',
      'line 5: limits is there again; this one counts',
    ],
  });
  expect(readJsonc(`${'{"a":['.repeat(500)}${']}'.repeat(500)}`).errors).toEqual([]);
});
