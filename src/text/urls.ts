/**
 * Addresses of dev servers in output: `http://localhost:5173/` and the like, not the network's, not another site's, not those of
 * an API or of a file that only a request log names.
 */
import { terminalText } from './terminal.ts';

export interface FoundUrl {
  /** As printed, without the punctuation after it. */
  readonly url: string;
  readonly port: number;
}

export interface UrlScanner {
  /** New addresses in whole lines. What has no end yet is held: more of it may follow. */
  readonly push: (chunk: string) => FoundUrl[];
  /** New addresses in what is held too, for the end of the output, or a silence; they last until more of the line has come. */
  readonly flush: () => FoundUrl[];
  /** All so far, in their order. */
  readonly urls: readonly FoundUrl[];
  /** An address may be in what is held. */
  readonly isHolding: boolean;
}

// After the scheme: printable ASCII without quotes, brackets but an IPv6 address's, and < > \ ^ ` |.
const CANDIDATE = /https?:\/\/(?:\[[0-9a-f:.]{2,45}\])?[!#-&*-;=?-Z_a-z~]*/gi;
const PUNCTUATION = '.,;:!?*_';
const LOCAL_HOST = /^(?:localhost|[a-z0-9-]+\.localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\])$/;
const LOCAL_HINT = /localhost|127\.|0\.0\.0\.0|\[::/i;
// What request logs and stack traces name: endpoints, assets, files.
const OTHER_PATH =
  /^\/(?:api|v\d+|errors?|static|assets|public|_[^/]*|@[^/]*|node_modules|src|health|healthz|metrics|favicon)(?:[/.]|$)/i;
// What names a server that this one calls, or could not reach: `[HPM] Proxy created: /api -> http://localhost:8080`.
const OF_OTHERS = /\bECONN[A-Z]+\b|\bproxying\b|\bprox(?:y|ies|ied)\b.{0,200}?(?:[-=]>|→|\bto\b)/i;
const FILE = /\.[a-z0-9]{1,5}(?::\d+)*$/i;
/** Longer ones are no addresses of dev servers. */
const LONGEST = 2_048;
/** Longest unfinished line that is kept for the next chunk. */
const HELD = 4_096;

/** Addresses in a whole text, each once. */
export function findUrls(text: string): FoundUrl[] {
  const found = new Map<string, FoundUrl>();
  for (const line of addressLines(text)) {
    for (const [printed] of line.matchAll(CANDIDATE)) {
      const url = printed.length > LONGEST ? null : devServer(withoutPunctuation(printed));
      if (url !== null && !found.has(keyOf(url))) found.set(keyOf(url), url);
    }
  }
  return [...found.values()];
}

/**
 * A scanner of one stream of output, for at most `most` addresses; a chunk may end anywhere. Bytes decoded as Latin-1 serve as
 * well as UTF-8: an address is ASCII.
 */
export function createUrlScanner(most: number = 5): UrlScanner {
  const settled: FoundUrl[] = [];
  const known = new Set<string>();
  /** Of the line that has no end yet. */
  let provisional: readonly FoundUrl[] = [];
  let held = '';

  const fresh = (text: string): FoundUrl[] =>
    findUrls(text)
      .filter((url) => !known.has(keyOf(url)))
      .slice(0, most - settled.length);

  return {
    push(chunk) {
      if (settled.length >= most) return [];
      const text = held + chunk;
      const end = wholeUntil(text);
      held = text.slice(Math.max(end, text.length - HELD));
      provisional = [];
      const found = end > 0 ? fresh(text.slice(0, end)) : [];
      for (const url of found) known.add(keyOf(url));
      settled.push(...found);
      return found;
    },
    flush() {
      const before = new Set(provisional.map(keyOf));
      provisional = fresh(held);
      return provisional.filter((url) => !before.has(keyOf(url)));
    },
    get urls() {
      return [...settled, ...provisional];
    },
    get isHolding() {
      return mayHoldAddress(held);
    },
  };
}

/**
 * The source of a regular expression out of a readiness pattern such as `Local:\s*{url}`, where `{url}` stands for any http
 * address, on the network too; group `url` holds it. It is a user's pattern: run it where it can be stopped.
 */
export const withUrl = (source: string): string => {
  let first = true;
  return source.replaceAll('{url}', () => {
    const group = first ? '?<url>' : '?:';
    first = false;
    return `(${group}https?://[^\\s"'<>\`]*[^\\s"'<>\`.,;:!?)\\]])`;
  });
};

/** The printed text as a dev server's address; null if it is something else's. */
function devServer(url: string): FoundUrl | null {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname, port, pathname, search, hash, username, password } = new URL(url);
  if (!LOCAL_HOST.test(hostname) || port === '0') return null;
  if (search !== '' || hash !== '' || username !== '' || password !== '') return null;
  if (OTHER_PATH.test(pathname) || FILE.test(pathname)) return null;
  return { url, port: port === '' ? defaultPort(protocol) : Number(port) };
}

function withoutPunctuation(printed: string): string {
  let end = printed.length;
  while (end > 0 && PUNCTUATION.includes(printed[end - 1] ?? ' ')) end--;
  return printed.slice(0, end);
}

const defaultPort = (protocol: string): number => (protocol === 'https:' ? 443 : 80);

const keyOf = ({ url }: FoundUrl): string => new URL(url).href;

const mayHoldAddress = (text: string): boolean => text.includes('://') && LOCAL_HINT.test(text);

/** The few lines that may have one. Colours end within an address (`localhost:ESC[1m5173ESC[22m/`), so they go first. */
function* addressLines(text: string): Generator<string> {
  if (!mayHoldAddress(text)) return;
  for (const line of text.split(/[\r\n]/)) {
    if (!mayHoldAddress(line)) continue;
    const plain = line.includes('\x1b') ? terminalText(line) : line;
    if (!OF_OTHERS.test(plain)) yield plain;
  }
}

/** End of what can be scanned: whole lines, since the words before an address say whose it is; of a line without an end what is too long to keep. */
function wholeUntil(text: string): number {
  const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
  return text.length - end > HELD ? text.lastIndexOf(' ') + 1 : end;
}
