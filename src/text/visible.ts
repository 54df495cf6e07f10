/**
 * Captured text made safe to show: what cannot be seen, or changes how the rest is seen, is written out as `\u001b` or
 * `\u{e0041}`. Backslashes that were there stay single: this is for reading, not for reading back.
 */

/** Characters of a line that are shown. */
export const LINE_LIMIT = 2_000;

// Controls (C0, DEL, C1), what Unicode says to draw as nothing (zero-width, bidirectional marks and overrides U+200E-202E and
// U+2066-2069, tags U+E0000-E007F, …), line and paragraph separators, interlinear marks and lone surrogates. Not the tab; not
// the variation selectors U+FE00-FE0F, which belong to ordinary emoji.
const UNSEEN = /[\p{Cc}\p{DI}\p{Zl}\p{Zp}\p{Cs}\ufff9-\ufffb](?<![\ufe00-\ufe0f\t])/gu;
const ALL_SEEN = /^[\t\x20-\x7e]*$/;

/** One line, its newlines made visible too, cut at `limit` with the mark `… (+N characters)`. */
export function visibleLine(text: string, limit: number = LINE_LIMIT): string {
  const head = text.length > limit ? wholeStart(text, limit) : text;
  if (ALL_SEEN.test(head)) return head.length === text.length ? head : head + cutMark(text, head.length);
  return spellOut(text, head, limit);
}

/** Several lines: newlines and tabs stay as they are, each line is cut on its own. */
export function visibleText(text: string, limit: number = LINE_LIMIT): string {
  return text
    .split('\n')
    .map((line) => visibleLine(line, limit))
    .join('\n');
}

/** Spelling out makes a line longer: it may have to end before `head` does, but never within an escape. */
function spellOut(text: string, head: string, limit: number): string {
  let shown = '';
  let done = 0;
  for (const found of head.matchAll(UNSEEN)) {
    const plain = head.slice(done, found.index);
    const spelt = spelling(found[0]);
    if (shown.length + plain.length + spelt.length > limit) break;
    shown += plain + spelt;
    done = found.index + found[0].length;
  }
  const next = head.slice(done).search(UNSEEN);
  const plain = wholeStart(next < 0 ? head.slice(done) : head.slice(done, done + next), limit - shown.length);
  shown += plain;
  done += plain.length;
  return done === text.length ? shown : shown + cutMark(text, done);
}

function spelling(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** At most `length` code units from the start, without half of a surrogate pair at the end. */
function wholeStart(text: string, length: number): string {
  const code = text.codePointAt(length - 1) ?? 0;
  return text.slice(0, length > 0 && length < text.length && code > 0xffff ? length - 1 : length);
}

const cutMark = (text: string, shown: number): string => `… (+${characters(text, shown)} characters)`;

/** Code points from `from` on. */
function characters(text: string, from: number): number {
  let count = 0;
  for (let at = from; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) count++;
  return count;
}
