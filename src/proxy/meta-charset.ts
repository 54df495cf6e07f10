/**
 * The encoding that a document names in a `<meta>`. Browsers look for it in the first 1,024 bytes (WHATWG HTML 13.2.3.2), and there the
 * page client stands now: the answer's own field has to say it.
 */

const MOST_BYTES = 1_024;
/** Whatever they hold is text. */
const OPAQUE = 'script|style|title|textarea|noscript|template';
const COMMENTS = /<!--.*?-->/gs;
const CLOSED = new RegExp(`<(${OPAQUE})\\b[^>]*>.*?</\\1\\s*>`, 'gis');
const META = /<meta\s+charset\s*=\s*["']?utf-?8["'\s/>]/i;
const UNSURE = new RegExp(`<!--|<(?:${OPAQUE})\\b|charset`, 'i');

/** Whether it is UTF-8, and no browser could read it otherwise. */
export function namesUtf8(document: Uint8Array): boolean {
  const text = Buffer.from(document.subarray(0, MOST_BYTES)).toString('latin1');
  const plain = text.replace(COMMENTS, '').replace(CLOSED, '');
  const at = plain.search(META);
  return at >= 0 && !UNSURE.test(plain.slice(0, at));
}
