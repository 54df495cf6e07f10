/** `devtool-mcp TOOL [ACTION] [key=value …]`: one call, its text to stdout, its error to stderr. */
import { Fault } from '../text/fault.ts';
import { nearNames } from '../text/near.ts';
import { connectCli } from './connect.ts';
import { parseWords } from './parameters.ts';
import type { CliSession, ToolAnswer } from './session.ts';

/** The exit code: 0, or 1 for a result that is an error. */
export async function callTool(tool: string, words: readonly string[]): Promise<number> {
  const session = await connectCli();
  try {
    const { parameters, json } = parseWords(words, await propertiesOf(session, tool));
    return print(await session.call(tool, parameters), json);
  } finally {
    await session.close();
  }
}

async function propertiesOf(session: CliSession, tool: string): Promise<Readonly<Record<string, unknown>>> {
  const tools = await session.tools();
  const properties = tools.get(tool);
  if (properties !== undefined) return properties;
  const near = nearNames(tool, tools.keys());
  const guess = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  throw new Fault('invalid_argument', `command ${JSON.stringify(tool)} is unknown`, `See devtool-mcp help.${guess}`);
}

function print(answer: ToolAnswer, json: boolean): number {
  const { text, data, facts, isError } = answer;
  if (json) process.stdout.write(`${JSON.stringify(data ?? { text, ...facts })}\n`);
  else if (isError) process.stderr.write(`${text}\n`);
  else process.stdout.write(`${data === null ? text : JSON.stringify(data, null, 2)}\n`);
  return isError ? 1 : 0;
}
