import { expect, test } from 'vitest';
import { candidates, type LiveKind, wordsOf } from '../../src/cli/completion/candidates.ts';
import { OWN_COMMANDS } from '../../src/cli/own-commands.ts';
import { COMMANDS } from './commands.ts';

const LIVE: Readonly<Record<LiveKind, readonly string[]>> = {
  process: ['dev', 'api', '@app/web:1'],
  proxy: ['dev', 'docs'],
  page: ['page_1'],
  script: ['dev', 'build'],
  directory: ['src/', 'docs/'],
};

async function complete(line: string): Promise<string> {
  const asked: string[] = [];
  const found = await candidates(`devtool-mcp ${line}`, [...COMMANDS, ...OWN_COMMANDS], async (kind, path) => {
    asked.push(path === null ? kind : `${kind} of ${path}`);
    return LIVE[kind];
  });
  return [...asked.map((kind) => `(${kind})`), ...found].join(' ');
}

test.each<[string, string]>([
  ['pro', 'proc proxy proxylog'],
  ['wat', 'watch'],
  ['--v', '--version'],
  ['proc re', 'restart remove'],
  ['daemon r', 'restart run'],
  ['help pro', 'proc proxy proxylog'],
  ['help proc out', 'output'],
  ['completion ', 'bash zsh fish --help'],
  ['proc list ', 'path= global= label= --json --help'],
  ['proc list global=true path=/p l', 'label='],
  ['proc list --', '--path= --global= --label= --json --help'],
  ['proc output stream=std', 'stream=stdout stream=stderr'],
  ['proc output --stream std', 'stdout stderr'],
  ['proc output raw=', 'raw=true raw=false'],
  ['proc output process_id=@', '(process) process_id=@app/web:1'],
  ['proc output path=/p --process-id=a', '(process of /p) --process-id=api'],
  ['proxy exec id=d', '(proxy) id=dev id=docs'],
  ['run id=a', '(process) id=api'],
  ['run script_name=b', '(script) script_name=build'],
  ['currentpage get session_id=', '(page) session_id=page_1'],
  ['watch kinds=crash kin', 'kinds='],
  ['watch kinds=cr', 'kinds=crash'],
  ['watch kinds=crash,re', 'kinds=crash,ready kinds=crash,restart'],
  ['watch kinds=ready,re', 'kinds=ready,restart'],
  ['up s', '(directory) script= src/'],
  ['proc outptu x', ''],
  ['unknown x', ''],
  ['run command=x -- a', ''],
  ['mcp ', ''],
])('%j', async (line, expected) => {
  expect(await complete(line)).toBe(expected);
});

test.each<[string, string[]]>([
  ['a b', ['a', 'b']],
  ['a ', ['a', '']],
  ['', ['']],
  ['a "b c"d', ['a', 'b cd']],
  ["a 'b c", ['a', 'b c']],
  ['a b\\ c', ['a', 'b c']],
])('%j is split as a shell does', (line, words) => {
  expect(wordsOf(line)).toEqual(words);
});
