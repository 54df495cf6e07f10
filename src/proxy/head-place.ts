/**
 * Finds where the first script of an HTML document may stand: right after `<head …>`, or where a parser would make a head of its
 * own. Bytes of any ASCII-compatible encoding, cut anywhere (WHATWG HTML 13.2.5, 13.2.6.4.1 to .4).
 */

/** `at` counts bytes from the document's first. */
export type HeadPlace =
  | { readonly kind: 'place'; readonly at: number /** It begins as whole documents do. */; readonly isWhole: boolean }
  | { readonly kind: 'none'; readonly reason: string };

export interface HeadScanner {
  /** Null: more is needed. Once it has answered it is done. */
  feed(bytes: Uint8Array): HeadPlace | null;
  /** The document has ended. */
  end(): HeadPlace;
}

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
/** Longer tag names are none of those that matter here. */
const LONGEST_NAME = 8;
const BOM = [0xef, 0xbb, 0xbf];

type State = 'start' | 'between' | 'open' | 'markup' | 'comment' | 'bogus' | 'name' | 'tag' | 'quoted';

export function createHeadScanner(): HeadScanner {
  let state: State = 'start';
  /** Bytes seen; where the `<` stands that is being looked at. */
  let at = 0;
  let openedAt = 0;
  let name = '';
  let markup = '';
  let quote = 0;
  let isWhole = false;
  /** It begins with `<?`: a comment where `<html>` follows, else it is not meant for an HTML parser. */
  let isXml = false;

  const place = (where: number): HeadPlace => (isXml && !isWhole ? none('XML') : { kind: 'place', at: where, isWhole });
  const none = (reason: string): HeadPlace => ({ kind: 'none', reason });

  /** One byte; the answer when it decides. */
  function step(byte: number): HeadPlace | null {
    switch (state) {
      case 'start':
        return begin(byte);
      case 'between':
        if (isSpace(byte)) return null;
        if (byte !== LT) return place(at);
        openedAt = at;
        state = 'open';
        return null;
      case 'open':
        return opened(byte);
      case 'markup':
        return declared(byte);
      case 'comment':
        markup = (markup + String.fromCharCode(byte)).slice(-3);
        // `<!-->` and `<!--->` end at once, `--!>` does too.
        if (byte === GT && (markup.endsWith('-->') || markup === '>' || markup === '->' || markup === '-!>'))
          state = 'between';
        return null;
      case 'bogus':
        if (byte === GT) state = 'between';
        return null;
      case 'name':
        return named(byte);
      case 'tag':
        return within(byte);
      case 'quoted':
        if (byte === quote) state = 'tag';
        return null;
    }
  }

  /** A byte order mark may come first; UTF-16 has its own. */
  function begin(byte: number): HeadPlace | null {
    if (byte === 0 || byte === 0xfe || byte === 0xff) return none('UTF-16');
    if (at < BOM.length && byte === BOM[at]) return null;
    state = 'between';
    return step(byte);
  }

  function opened(byte: number): HeadPlace | null {
    markup = '';
    name = '';
    if (byte === BANG) state = 'markup';
    else if (byte === QUESTION) state = 'bogus';
    else if (isLetter(byte)) {
      state = 'name';
      return named(byte);
    } else return place(openedAt);
    isXml ||= byte === QUESTION && openedAt <= BOM.length;
    return null;
  }

  /** `<!--` or `<!doctype`; any other `<!` is a comment up to `>`. */
  function declared(byte: number): HeadPlace | null {
    markup += String.fromCharCode(byte).toLowerCase();
    if (markup === '--') {
      state = 'comment';
      markup = '';
    } else if (markup === 'doctype') {
      isWhole = true;
      state = 'bogus';
    } else if (byte === GT) state = 'between';
    else if (!'--'.startsWith(markup) && !'doctype'.startsWith(markup)) state = 'bogus';
    return null;
  }

  function named(byte: number): HeadPlace | null {
    if (!isSpace(byte) && byte !== GT && byte !== SLASH) {
      if (name.length <= LONGEST_NAME) name += String.fromCharCode(byte).toLowerCase();
      return null;
    }
    if (name !== 'html' && name !== 'head') return place(openedAt);
    isWhole = true;
    state = 'tag';
    return within(byte);
  }

  /** A quote opens a value only after `=`. */
  function within(byte: number): HeadPlace | null {
    if (byte === GT) {
      if (name === 'head') return place(at + 1);
      state = 'between';
    } else if ((byte === QUOTE || byte === APOSTROPHE) && markup === '=') {
      quote = byte;
      state = 'quoted';
    }
    if (!isSpace(byte)) markup = byte === 0x3d ? '=' : '';
    return null;
  }

  return {
    feed(bytes) {
      for (const byte of bytes) {
        const found = step(byte);
        if (found !== null) return found;
        at += 1;
      }
      return null;
    },
    end: () => (state === 'between' && isWhole ? place(at) : none('it ends before its head')),
  };
}

const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d && byte !== 0x0b);
const isLetter = (byte: number): boolean => (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
