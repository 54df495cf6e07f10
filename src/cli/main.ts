/** The command line: every tool by its name, `up` for people, `daemon` by hand. */
import { Fault } from '../text/fault.ts';
import { callTool } from './call.ts';
import { HELP } from './help.ts';
import { up } from './up.ts';

async function main(words: readonly string[]): Promise<number> {
  const [command, ...rest] = words;
  if (command === undefined || command === 'help' || command === '--help' || command === '-h') {
    process.stdout.write(HELP);
    return 0;
  }
  if (command === '--version' || command === '-v') {
    process.stdout.write(`${__VERSION__}\n`);
    return 0;
  }
  if (command === 'up') return up(rest);
  return callTool(command, rest);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Fault ? error.text : String(error)}\n`);
    process.exitCode = 1;
  },
);
