/** Limits that a project's config file sets for itself. */
import { configFileOf } from '../project/config.ts';
import { DEFAULT_CHARACTERS, DEFAULT_LINES, type DefaultBudget } from '../text/budget.ts';

/** Its processes go on so long after its last client has left; null: as long as any. */
export const projectIdleMs = (path: string): number | null => configFileOf(path).limits?.project_idle_ms ?? null;

/** How much of a process's output is shown when no number is asked for. */
export function outputBudget(path: string): DefaultBudget {
  const { output_lines = DEFAULT_LINES, output_characters = DEFAULT_CHARACTERS } = configFileOf(path).limits ?? {};
  return { lines: output_lines, characters: output_characters };
}
