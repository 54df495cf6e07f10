/** KDL documents (kdl.dev), versions 1 and 2, as far as config files use them: nodes with arguments, properties and children. */

export type KdlValue = string | number | boolean | null;

export interface KdlNode {
  readonly name: string;
  readonly args: readonly KdlValue[];
  readonly properties: ReadonlyMap<string, KdlValue>;
  readonly children: readonly KdlNode[];
}

const TOKEN =
  /[ \t\u00a0\ufeff]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\\[ \t]*(?:\/\/[^\n]*)?\r?\n|(?<end>\r?\n|;)|(?<open>\{)|(?<close>\})|(?<skip>\/-)|(?<type>\([^)\n]*\))|(?<block>(?<marks>#*)"""[ \t]*\r?\n[\s\S]*?"""\k<marks>)|(?<raw>r?(?<hashes>#+)"[\s\S]*?"\k<hashes>|r"[^"]*")|(?<quoted>"(?:[^"\\]|\\[\s\S])*")|(?<equals>=)|(?<word>[^\s{}()";=\\/]+(?:\/[^\s{}()";=\\/*]+)*)/y;
const MOST_DEPTH = 32;

interface Token {
  readonly kind: 'end' | 'open' | 'close' | 'skip' | 'equals' | 'value';
  readonly value: KdlValue;
  readonly line: number;
}

/** Throws with the line of what is no KDL. */
export function parseKdl(text: string): readonly KdlNode[] {
  const tokens = tokensOf(text);
  let at = 0;

  function nodes(depth: number): KdlNode[] {
    const found: KdlNode[] = [];
    for (let token = tokens[at]; token !== undefined && token.kind !== 'close'; token = tokens[at]) {
      if (token.kind === 'end') at += 1;
      else {
        const isSkipped = token.kind === 'skip';
        if (isSkipped) at += 1;
        const read = node(depth);
        if (!isSkipped) found.push(read);
      }
    }
    return found;
  }

  function node(depth: number): KdlNode {
    const first = tokens[at];
    if (first?.kind !== 'value') throw wrong(first, 'a name');
    at += 1;
    const args: KdlValue[] = [];
    const properties = new Map<string, KdlValue>();
    let children: KdlNode[] = [];
    let isClosed = false;
    for (
      let token = tokens[at];
      token !== undefined && token.kind !== 'end' && token.kind !== 'close';
      token = tokens[at]
    ) {
      const isSkipped = token.kind === 'skip';
      if (isSkipped) at += 1;
      if (tokens[at]?.kind === 'open') {
        if (isClosed && !isSkipped) throw wrong(tokens[at], 'a new line or ;');
        const inner = block(depth + 1);
        if (!isSkipped) children = inner;
        isClosed ||= !isSkipped;
      } else if (isClosed) throw wrong(tokens[at], 'a new line or ;');
      else entry(isSkipped ? [] : args, isSkipped ? new Map() : properties);
    }
    return { name: String(first.value), args, properties, children };
  }

  function entry(args: KdlValue[], properties: Map<string, KdlValue>): void {
    const token = tokens[at];
    if (token?.kind !== 'value') throw wrong(token, 'a value');
    at += 1;
    if (tokens[at]?.kind !== 'equals') {
      args.push(token.value);
      return;
    }
    const value = tokens[at + 1];
    if (value?.kind !== 'value') throw wrong(value, `a value of ${String(token.value)}`);
    at += 2;
    properties.set(String(token.value), value.value);
  }

  function block(depth: number): KdlNode[] {
    if (depth > MOST_DEPTH) throw new Error(`line ${tokens[at]?.line ?? 0}: nested too deeply`);
    at += 1;
    const inner = nodes(depth);
    if (tokens[at]?.kind !== 'close') throw wrong(tokens[at], '}');
    at += 1;
    return inner;
  }

  const document = nodes(0);
  if (at < tokens.length) throw wrong(tokens[at], 'a node');
  return document;
}

const wrong = (token: Token | undefined, wanted: string): Error =>
  new Error(token === undefined ? `at the end: ${wanted} is missing` : `line ${token.line}: ${wanted} is missing`);

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (let at = 0; at < text.length; ) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw new Error(`line ${line}: ${JSON.stringify(text.slice(at, at + 20))} is no KDL`);
    const token = tokenOf(match.groups ?? {}, line);
    if (token !== null) tokens.push(token);
    line += match[0].split('\n').length - 1;
    at += match[0].length;
  }
  return tokens;
}

/** Null for blanks, comments and types. */
function tokenOf(groups: Record<string, string | undefined>, line: number): Token | null {
  for (const kind of ['end', 'open', 'close', 'skip', 'equals'] as const)
    if (groups[kind] !== undefined) return { kind, value: null, line };
  const { block, marks, raw, quoted, word } = groups;
  if (block !== undefined) return { kind: 'value', value: blockText(block, marks === ''), line };
  if (raw !== undefined) return { kind: 'value', value: raw.replace(/^r?#*"|"#*$/g, ''), line };
  if (quoted !== undefined) return { kind: 'value', value: unescaped(quoted.slice(1, -1)), line };
  return word === undefined ? null : { kind: 'value', value: wordValue(word), line };
}

/** Version 2's text of several lines: without what stands before its closing quotes. */
function blockText(block: string, isEscaped: boolean): string {
  const lines = block
    .replace(/^#*"""|"""#*$/g, '')
    .split(/\r?\n/)
    .slice(1);
  const indent = lines.pop() ?? '';
  const text = lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart())).join('\n');
  return isEscaped ? unescaped(text) : text;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', s: ' ' };

const unescaped = (text: string): string =>
  text.replace(/\\(?:u\{([0-9a-fA-F]{1,6})\}|(\s+)|([\s\S]))/g, (_, code?: string, blank?: string, letter?: string) => {
    if (code !== undefined)
      return Number.parseInt(code, 16) > 0x10ffff ? '\ufffd' : String.fromCodePoint(Number.parseInt(code, 16));
    return blank !== undefined ? '' : (ESCAPES[letter ?? ''] ?? letter ?? '');
  });

const WORDS: ReadonlyMap<string, KdlValue> = new Map<string, KdlValue>([
  ...(['', '#'] as const).flatMap((mark): [string, KdlValue][] => [
    [`${mark}true`, true],
    [`${mark}false`, false],
    [`${mark}null`, null],
  ]),
]);

function wordValue(word: string): KdlValue {
  const known = WORDS.get(word);
  if (known !== undefined) return known;
  if (/^0(?:x[\da-f_]+|o[0-7_]+|b[01_]+)$/i.test(word)) return Number(word.replaceAll('_', ''));
  return /^[+-]?\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?$/.test(word) ? Number(word.replaceAll('_', '')) : word;
}
