import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bashReplies } from '../../src/cli/completion/bash-replies.ts';
import { wordsOf } from '../../src/cli/completion/candidates.ts';

test.each<[string, string, string, string]>([
  ['run script_name=wi', 'wi', 'script_name=with space', String.raw`with\ space`],
  [String.raw`run script_name=with\ s`, String.raw`with\ s`, 'script_name=with space', String.raw`with\ space`],
  ['run script_name="with s', 'with s', 'script_name=with space', 'with space'],
  ["run script_name='with s", 'with s', 'script_name=with space', 'with space'],
  ['run "script_name=with s', 'script_name=with s', 'script_name=with space', 'script_name=with space'],
  ['run script_name=a:', '', 'script_name=a:b', 'b'],
  [String.raw`run script_name=o\'`, String.raw`o\'`, "script_name=o'q", String.raw`o\'q`],
  ['run --script-name "a" script_', 'script_', 'script_name=', 'script_name='],
  ['up s', 's', 'src/', 'src/'],
])('%s', (line, replaced, candidate, reply) => {
  expect(bashReplies([candidate], line, replaced)).toEqual([reply]);
});

test('what bash makes of a reply is the candidate', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
      fc.pre(!/\n/.test(name));
      const [reply = ''] = bashReplies([`id=${name}`], 'proc stop id=', '');
      expect(wordsOf(`proc stop id=${reply}`)).toEqual(['proc', 'stop', `id=${name}`]);
    }),
  );
});
