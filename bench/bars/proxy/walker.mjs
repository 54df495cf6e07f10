// A second reading of HTTP/1.1 messages, which knows nothing of the proxy's reader: by RFC 9112 alone, and strict. What reaches a
// target is judged by it.
const HEAD_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;
const REQUEST_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ [\x21-\x7e\x80-\xff]+ HTTP\/1\.[01]$/;
const CHUNK_LINE = /^([0-9A-Fa-f]{1,16})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?$/;

/** What is wrong with a request head that a proxy has sent on; null: nothing. */
export function faultOf(head) {
  const [first = '', ...lines] = head.split('\r\n');
  if (!REQUEST_LINE.test(first)) return `request line ${JSON.stringify(first.slice(0, 80))}`;
  const odd = lines.find((line) => !HEAD_LINE.test(line));
  if (odd !== undefined) return `line ${JSON.stringify(odd.slice(0, 80))}`;
  const count = (name) => lines.filter((line) => line.toLowerCase().startsWith(`${name}:`)).length;
  const framings = count('content-length') + count('transfer-encoding');
  return framings > 1 || count('host') > 1 ? 'two framings, or two hosts' : null;
}

function fieldOf(head, name) {
  const line = head.split('\r\n').find((one) => one.toLowerCase().startsWith(`${name}:`));
  return line
    ?.slice(name.length + 1)
    .trim()
    .toLowerCase();
}

function endOfChunks(text, from) {
  for (let at = from; ; ) {
    const end = text.indexOf('\r\n', at);
    if (end < 0) return null;
    const size = Number.parseInt(CHUNK_LINE.exec(text.slice(at, end))?.[1] ?? 'x', 16);
    if (Number.isNaN(size)) return null;
    if (size === 0) {
      const last = text.startsWith('\r\n', end + 2) ? end : text.indexOf('\r\n\r\n', end);
      return last < 0 ? null : last + 4;
    }
    at = end + 2 + size + 2;
    if (at > text.length) return null;
  }
}

/** The first whole message of a stream, as `{ head, end }`; null while it is not whole. */
export function wholeMessage(text, isBodyless = false) {
  const at = text.indexOf('\r\n\r\n');
  if (at < 0) return null;
  const head = text.slice(0, at);
  if (isBodyless) return { head, end: at + 4 };
  if (fieldOf(head, 'transfer-encoding') === 'chunked') {
    const end = endOfChunks(text, at + 4);
    return end === null ? null : { head, end };
  }
  const end = at + 4 + Number(fieldOf(head, 'content-length') ?? 0);
  return text.length >= end ? { head, end } : null;
}

/** A final status and what follows it; 0 without one. */
export function finalAnswer(text) {
  const at = text.search(/^HTTP\/1\.[01] (?!1)\d{3}/m);
  return at < 0 ? { status: 0, text: '' } : { status: Number(text.slice(at + 9, at + 12)), text: text.slice(at) };
}
