/** What a shell's completion function asks: `devtool-mcp __complete LINE`, a candidate a line. */
import { readCommands } from '../command.ts';
import { OWN_COMMANDS } from '../own-commands.ts';
import { BESIDE } from '../surroundings.ts';
import { candidates } from './candidates.ts';
import { liveNames } from './live.ts';

export async function complete(line: string): Promise<number> {
  const found = await candidates(line, [...readCommands(BESIDE), ...OWN_COMMANDS], liveNames);
  process.stdout.write(found.map((candidate) => `${candidate}\n`).join(''), () => process.exit(0));
  return 0;
}
