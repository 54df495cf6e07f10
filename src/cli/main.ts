/** The command line: every tool by its name, `up` for people, `daemon` by hand. What a command does not need is not loaded. */
import { Fault } from '../text/fault.ts';
import { nearNames } from '../text/near.ts';
import { type Command, readCommands } from './command.ts';
import { helpOf, helpOfAll } from './help.ts';
import { OWN_COMMANDS } from './own-commands.ts';
import { printFailure } from './print.ts';
import { BESIDE } from './surroundings.ts';
import { actionNamed } from './words.ts';

/** Commands that are no tools. */
const OWN: Readonly<Record<string, (words: readonly string[]) => Promise<number>>> = {
  up: async (words) => (await import('./up/up.ts')).up(words),
  watch: async (words) => (await import('./watch.ts')).watch(words),
  doctor: async (words) => (await import('./doctor/doctor.ts')).doctor(words),
  completion: async (words) => (await import('./completion/completion.ts')).completion(words),
  __complete: async ([line = '', word]) => (await import('./completion/complete.ts')).complete(line, word),
  help: async (words) => help(words),
  version: async () => version(),
};

const ALIASES: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

async function main([word = 'help', ...rest]: readonly string[]): Promise<number> {
  const name = ALIASES[word] ?? word;
  const own = Object.hasOwn(OWN, name) ? OWN[name] : undefined;
  if (own !== undefined) return own(rest);
  const command = commandNamed(name);
  if (name === 'daemon') return (await import('./daemon.ts')).daemonByHand(command, rest);
  return (await import('./call.ts')).callTool(command, rest);
}

function commandNamed(name: string): Command {
  const commands = readCommands(BESIDE);
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const valid = [...commands, ...OWN_COMMANDS].map((command) => command.name).concat('help', 'mcp');
  const near = nearNames(name, valid);
  const guess = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  const said = `command ${JSON.stringify(name.slice(0, 80))} is unknown`;
  throw new Fault('invalid_argument', said, `See devtool-mcp help.${guess}`, { valid });
}

/** `help proc output` is `proc output --help`. */
function help([name, action]: readonly string[]): number {
  const own = OWN_COMMANDS.find((command) => command.name === name);
  const isGeneral = name === undefined || (own === undefined && Object.hasOwn(OWN, name));
  process.stdout.write(isGeneral ? helpOfAll(readCommands(BESIDE)) : helpOn(own ?? commandNamed(name), action));
  return 0;
}

function helpOn(command: Command, action: string | undefined): string {
  if (action === undefined || command.actions.length === 0) return helpOf(command, null);
  return helpOf(command, command.name === 'daemon' && action === 'run' ? null : actionNamed(action, command));
}

function version(): number {
  process.stdout.write(`${__VERSION__}\n`);
  return 0;
}

// Whoever reads has read enough, as `head` does; a full disk has not.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`devtool-mcp: what there is to say cannot be written: ${error.message}\n`);
  process.exit(1);
});

const words = process.argv.slice(2);
main(words).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = printFailure(error, words.includes('--json'));
  },
);
