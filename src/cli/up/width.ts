/** Columns of a terminal that a text takes; what could move its cursor takes none of them away from us. */

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const ASCII = /^[\x20-\x7e]*$/;
// Unicode's East Asian wide and fullwidth blocks, and what is drawn as an emoji by default (UAX #11, UTS #51).
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]|\p{Emoji}\ufe0f/u;
const WITHOUT_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
/** Controls, also those of C1: a terminal would obey. */
const CONTROL = /[\p{Cc}\u2028\u2029]/gu;

/** Controls become dots. */
export const plain = (text: string): string => (ASCII.test(text) ? text : text.replace(CONTROL, '·'));

function widthOf(grapheme: string): number {
  if (WIDE.test(grapheme)) return 2;
  return WITHOUT_WIDTH.test(grapheme) ? 0 : 1;
}

/** Of a text without controls. */
export function width(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) columns += widthOf(segment);
  return columns;
}

/** At most `columns` of `text`, with `…` as its last one when not all of it fits. Looks at no more of it than that. */
export function cut(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (ASCII.test(text)) return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
  let used = 0;
  // Where the text would be cut.
  let end = 0;
  for (const { segment, index } of segmenter.segment(text)) {
    used += widthOf(segment);
    if (used > columns) return `${text.slice(0, end)}…`;
    if (used < columns) end = index + segment.length;
  }
  return text;
}

/** Exactly `columns` wide. */
export function fill(text: string, columns: number): string {
  const kept = cut(text, columns);
  return kept + ' '.repeat(Math.max(0, columns - width(kept)));
}
