/** What a shell's completion function asks: `devtool-mcp __complete LINE`, a candidate a line; bash adds the word that it replaces. */
import { readCommands } from '../command.ts';
import { OWN_COMMANDS } from '../own-commands.ts';
import { BESIDE } from '../surroundings.ts';
import { bashReplies } from './bash-replies.ts';
import { candidates } from './candidates.ts';
import { liveNames } from './live.ts';

export async function complete(line: string, replaced?: string): Promise<number> {
  const found = await candidates(line, [...readCommands(BESIDE), ...OWN_COMMANDS], liveNames);
  const replies = replaced === undefined ? found : bashReplies(found, line, replaced);
  process.stdout.write(replies.map((candidate) => `${candidate}\n`).join(''), () => process.exit(0));
  return 0;
}
