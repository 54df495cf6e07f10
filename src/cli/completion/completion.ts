/** `devtool-mcp completion bash|zsh|fish`: prints the script that a shell's start-up file takes in. */
import { fileURLToPath } from 'node:url';
import { helpOf } from '../help.ts';
import { COMPLETION } from '../own-commands.ts';
import { BESIDE } from '../surroundings.ts';
import { parseWords } from '../words.ts';
import { SCRIPTS } from './scripts.ts';

export async function completion(words: readonly string[]): Promise<number> {
  const { help, action } = parseWords(words, COMPLETION, () => '');
  const ask = [process.execPath, fileURLToPath(new URL('bin.cjs', BESIDE))].map(quoted).join(' ');
  const script = action === 'bash' || action === 'zsh' || action === 'fish' ? SCRIPTS[action](ask) : null;
  process.stdout.write(help || script === null ? helpOf(COMPLETION, action) : script);
  return 0;
}

/** One word, in each of the three shells. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
