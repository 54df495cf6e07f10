/** `devtool-mcp TOOL [ACTION] [key=value …]`: one call, its result to stdout, its error to stderr. */
import { readFileSync } from 'node:fs';
import { Fault } from '../text/fault.ts';
import type { Command } from './command.ts';
import { connectCli } from './connect.ts';
import { helpOf } from './help.ts';
import { exitCode, print } from './print.ts';
import { parseWords } from './words.ts';

export async function callTool(command: Command, words: readonly string[]): Promise<number> {
  const { arguments: given, json, help, action } = parseWords(words, command, readText);
  if (help) {
    process.stdout.write(helpOf(command, action));
    return 0;
  }
  const session = await connectCli();
  try {
    const answer = await session.call(command.name, given, process.stderr.isTTY ? { onProgress: tell } : {});
    print(answer, json);
    return exitCode(answer);
  } finally {
    session.close();
  }
}

const tell = (message: string): void => {
  process.stderr.write(`${message}\n`);
};

function readText(source: string): string {
  try {
    return readFileSync(source === '-' ? 0 : source, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Fault('invalid_argument', `${source} cannot be read: ${why}`, 'Name a file, or - for standard input.');
  }
}
