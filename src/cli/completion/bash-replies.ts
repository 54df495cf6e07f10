/** Candidates as bash takes them: only what follows the last break of a word (COMP_WORDBREAKS), spelled for the shell. */
import { wordsOf } from './candidates.ts';

/** `line`: up to the cursor; `replaced`: what readline takes away for a reply, its `$2`. */
export function bashReplies(candidates: readonly string[], line: string, replaced: string): string[] {
  const quoted = isQuoted(line);
  const typed = wordsOf(line).at(-1) ?? '';
  const away = quoted ? replaced : (wordsOf(replaced).at(-1) ?? '');
  const kept = Math.max(0, typed.length - away.length);
  const spelled = quoted ? (text: string) => text : escaped;
  return candidates.map((candidate) => spelled(candidate.slice(kept)));
}

const escaped = (text: string): string => text.replace(/[^\w@%+=:,./-]/gu, (letter) => `\\${letter}`);

/** Whether `line` ends within quotes, which readline closes itself. */
function isQuoted(line: string): boolean {
  const open = /^(?:[^'"\\]|\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*")*/.exec(line);
  return /^['"]/.test(line.slice(open?.[0].length ?? 0));
}
