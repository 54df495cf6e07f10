/** Which of many texts a user's pattern matches, in as many turns of the pattern thread as their length asks for. */
import { MOST_CHARACTERS } from '../patterns/patterns.ts';
import { patternFault } from '../process/pattern-fault.ts';
import type { Workbench } from './workbench.ts';

/** Throws `invalid_argument` for a pattern that is none, or that does not come to an end in one of the turns. */
export async function matchesOf(
  pattern: string,
  texts: readonly string[],
  { patterns }: Pick<Workbench, 'patterns'>,
  flags?: string,
): Promise<readonly boolean[]> {
  const matches: boolean[] = [];
  for (const turn of turnsOf(texts)) {
    const tested = await patterns.test(pattern, turn, flags);
    if (tested.kind !== 'tested') throw patternFault(tested);
    for (const match of tested.matches) matches.push(match);
  }
  return matches;
}

/** At least one, so that a pattern is looked at where there is no text. */
function turnsOf(texts: readonly string[]): string[][] {
  const turns: string[][] = [[]];
  let characters = 0;
  for (const text of texts) {
    characters += text.length;
    if (characters > MOST_CHARACTERS && characters > text.length) {
      turns.push([]);
      characters = text.length;
    }
    turns.at(-1)?.push(text);
  }
  return turns;
}
