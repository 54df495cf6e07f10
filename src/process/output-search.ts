/** Looks for a text or a pattern in what a process writes, from a position on, each byte once. */
import type { Patterns } from '../patterns/patterns.ts';
import { assembleLines } from '../text/lines.ts';
import type { ManagedProcess } from './managed-process.ts';
import { patternFault } from './pattern-fault.ts';

export type OutputPattern =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'regex'; readonly regex: string };

/** A function that answers with the first matching line since its last call, or null. Throws `invalid_argument` for a bad pattern. */
export function outputSearch(
  managed: ManagedProcess,
  pattern: OutputPattern,
  after: number | null,
  patterns: Patterns,
): () => Promise<string | null> {
  let from = after === null ? managed.snapshot().runPosition : after;
  return async () => {
    const { pieces, dropped, cursor } = managed.output.read('combined', from);
    const lines = assembleLines(pieces, { view: 'tidy', live: true, dropped: dropped > 0 });
    // An unfinished line may still grow into a match: it is looked at again.
    from = lines.find((line) => !line.complete)?.position ?? cursor;
    return firstMatch(
      lines.map((line) => line.text),
      pattern,
      patterns,
    );
  };
}

async function firstMatch(
  texts: readonly string[],
  pattern: OutputPattern,
  patterns: Patterns,
): Promise<string | null> {
  if (pattern.kind === 'text') return texts.find((text) => text.includes(pattern.text)) ?? null;
  if (texts.length === 0) return null;
  const found = await patterns.find(pattern.regex, texts);
  if (found.kind === 'found') return texts[found.index] ?? found.match;
  if (found.kind === 'absent') return null;
  throw patternFault(found);
}
