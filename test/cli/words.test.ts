import { describe, expect, test } from 'vitest';
import { DOCTOR } from '../../src/cli/own-commands.ts';
import { parseWords } from '../../src/cli/words.ts';
import { Fault } from '../../src/text/fault.ts';
import { checkArguments } from '../../src/tools/arguments.ts';
import { TOOLS } from '../../src/tools/table.ts';
import { commandNamed } from './commands.ts';

const FILES: Readonly<Record<string, string>> = { 'edits.json': '{"method":"PUT"}', '-': 'typed in\n', 'x.js': 'x()' };
const readText = (source: string): string => FILES[source] ?? '';

const parse = (tool: string, ...words: string[]) => parseWords(words, commandNamed(tool), readText);

function refusal(tool: string, ...words: string[]): string {
  try {
    parse(tool, ...words);
  } catch (error) {
    if (error instanceof Fault) return error.text;
  }
  throw new Error('nothing was refused');
}

describe('words are arguments that the tool takes', () => {
  test.each<[string, string[], Record<string, unknown>]>([
    [
      'proc',
      ['output', 'process_id=dev', 'tail=5', 'raw=true'],
      { action: 'output', process_id: 'dev', tail: 5, raw: true },
    ],
    [
      'proc',
      ['output', '--process-id', 'dev', '--tail=5', '--raw'],
      { action: 'output', process_id: 'dev', tail: 5, raw: true },
    ],
    ['proc', ['--process_id=dev', 'action=stop', '--no-force'], { action: 'stop', process_id: 'dev', force: false }],
    ['proc', ['list', '--global', 'false'], { action: 'list', global: false }],
    ['proc', ['output', 'process_id=@app/web', 'grep=a=b'], { action: 'output', process_id: '@app/web', grep: 'a=b' }],
    ['proc', ['output', 'process_id=5'], { action: 'output', process_id: '5' }],
    ['proc', ['wait', 'process_id=a', 'for=exit'], { action: 'wait', process_id: 'a', for: 'exit' }],
    ['proc', ['wait', 'process_id=a', 'for={"text":"x=y"}'], { action: 'wait', process_id: 'a', for: { text: 'x=y' } }],
    ['proc', ['wait', 'process_id=a', 'for=port=3000'], { action: 'wait', process_id: 'a', for: { port: 3000 } }],
    ['proc', ['input', 'process_id=a', 'data=-'], { action: 'input', process_id: 'a', data: 'typed in\n' }],
    ['proc', ['input', 'process_id=a', 'data=@@home'], { action: 'input', process_id: 'a', data: '@home' }],
    ['proxy', ['exec', 'code=@x.js'], { action: 'exec', code: 'x()' }],
    [
      'proxylog',
      ['replay', 'entry_id=req_1', 'edits=@edits.json'],
      { action: 'replay', entry_id: 'req_1', edits: { method: 'PUT' } },
    ],
    ['proxylog', ['query', 'status_codes=500', 'status_codes=4xx'], { action: 'query', status_codes: [500, '4xx'] }],
    ['proxylog', ['query', 'status_codes=500,4xx'], { action: 'query', status_codes: [500, '4xx'] }],
    ['proxylog', ['query', 'types=["http"]', 'types=error'], { action: 'query', types: ['http', 'error'] }],
    ['run', ['command=node', 'args=-e', 'args=1,2'], { command: 'node', args: ['-e', '1,2'] }],
    ['run', ['command=node', 'args=["a,b"]', '--', '-e', '--json'], { command: 'node', args: ['a,b', '-e', '--json'] }],
    ['run', ['command=a', 'env=PORT=3000', 'env={"A":"b=c"}'], { command: 'a', env: { PORT: '3000', A: 'b=c' } }],
  ])('%s %j', (name, words, expected) => {
    const given = parse(name, ...words).arguments;
    expect(given).toEqual(expected);
    const tool = TOOLS.find((one) => one.name === name);
    if (tool === undefined) throw new Error(name);
    expect(checkArguments(tool, given)).toEqual(expected);
  });

  test('--json and --help are the command line’s own', () => {
    expect(parse('proc', 'list', '--json')).toMatchObject({ json: true, help: false, arguments: { action: 'list' } });
    expect(parse('proc', 'output', '--help')).toMatchObject({ help: true, action: 'output' });
    expect(parse('proc', '-h', '--json')).toMatchObject({ help: true, action: null });
  });
});

describe('what is wrong is said with what is right', () => {
  test.each<[string, string[], RegExp]>([
    ['proc', [], /^invalid_argument: action is missing for proc\. Use one of: list, status/],
    ['daemon', ['rnu'], /Use one of: status, info, start, stop, restart, run\. Did you mean run\?/],
    ['timeline', ['kinds=http,eror'], /kinds="http,eror" is not what kinds takes\. .*Did you mean error\?$/],
    ['proc', ['outptu'], /action="outptu" is unknown for proc\. .*Did you mean output\?/],
    ['proc', ['list', 'tail=5'], /parameter "tail" is unknown for proc list\. Valid: path, global, label\./],
    ['proc', ['output', '--tial', '5'], /parameter "tial" is unknown for proc output\. .*Did you mean tail\?/],
    ['proc', ['list', '__proto__=1'], /parameter "__proto__" is unknown/],
    ['proc', ['output', 'tail=five'], /tail="five" is not what tail takes\. It takes: integer 1–1000000\./],
    ['proc', ['output', 'stream=stdou'], /It takes: combined, stdout, stderr\. Did you mean stdout\?/],
    ['proc', ['output', 'raw=yes'], /raw="yes" is not what raw takes/],
    ['proc', ['wait', 'for={"text"'], /for="\{\\"text\\"" is not what for takes/],
    ['proc', ['output', 'dev'], /word "dev" is no key=value\. Write parameters as key=value, such as process_id=dev\./],
    ['proc', ['output', 'tail=1', 'tail=2'], /tail is given twice/],
    ['proc', ['output', '--tail'], /--tail has no value/],
    ['detect', ['--', 'a'], /parameter "args" is unknown for detect/],
  ])('%s %j', (tool, words, expected) => {
    expect(refusal(tool, ...words)).toMatch(expected);
  });

  test('a command without parameters says so', () => {
    expect(() => parseWords(['extra'], DOCTOR, readText)).toThrowError(
      expect.objectContaining({ hint: 'It takes no parameters.' }),
    );
  });
});
