/** The table as the build writes it. */
import type { Command } from '../../src/cli/command.ts';
import { commands } from '../../src/tools/commands.ts';

export const COMMANDS: readonly Command[] = JSON.parse(JSON.stringify(commands() satisfies readonly Command[]));

export function commandNamed(name: string): Command {
  const found = COMMANDS.find((command) => command.name === name);
  if (found === undefined) throw new Error(`no command ${name}`);
  return found;
}
