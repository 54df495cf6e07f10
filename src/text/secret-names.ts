/** What a name says about the value beside it: `api_key`, `X-Auth-Token`, `DB_PASSWORD`, `cookie`. */

/**
 * - `header`: all that follows on the line is secret.
 * - `password`: any value is.
 * - `token`: any value is but a small number or a plain word.
 * - `doubtful`: a value is that looks random; `key` is more often a name than a secret.
 */
export type SecretKind = 'header' | 'password' | 'token' | 'doubtful';

/** Lines without any of these hold no such name. */
export const NAME_HINT = /token|secret|pass|pwd|key|sig|auth|cookie|credential|session|sid|jwt/i;

const HEADERS = new Set(['authorization', 'proxyauthorization', 'cookie', 'setcookie', 'cookie2']);
const PASSWORDS = ['password', 'passwd', 'passphrase', 'passcode', 'pwd'];
const KEY_OWNERS =
  'api access secret private signing signature encryption auth master account shared service anon license publishable webhook app admin deploy ssh'.split(
    ' ',
  );
const TOKENS = [
  'token',
  'secret',
  'credential',
  'credentials',
  'jwt',
  'clientsecret',
  ...KEY_OWNERS.map((owner) => `${owner}key`),
];
const DOUBTFUL = new Set(['key', 'sig', 'signature', 'auth', 'sid', 'session', 'sessionid']);
/** Keys that everybody may see. */
const PUBLIC_KEYS = /(?:public|primary|foreign|cache|query|sort|partition|row|hot|idempotency)key$/;

/** Names come again and again, and judging one costs microseconds. */
const judged = new Map<string, SecretKind | null>();
const MOST_JUDGED = 2_000;

/** Null for a name whose value may be shown. */
export function secretKind(name: string): SecretKind | null {
  const known = judged.get(name);
  if (known !== undefined) return known;
  if (judged.size >= MOST_JUDGED) judged.clear();
  const kind = judge(name);
  judged.set(name, kind);
  return kind;
}

function judge(name: string): SecretKind | null {
  const plain = name.replace(/[^a-zA-Z0-9]/g, '').toLowerCase();
  if (HEADERS.has(plain)) return 'header';
  if (PASSWORDS.some((ending) => plain.endsWith(ending))) return 'password';
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  if (last === 'pass' && words.length > 1) return 'password';
  if (PUBLIC_KEYS.test(plain)) return null;
  if (TOKENS.some((ending) => plain.endsWith(ending))) return 'token';
  // `STRIPE_KEY=…` in an environment; `sortKey: …` in a program is another thing.
  if (last === 'key' && words.length > 1 && name === name.toUpperCase()) return 'token';
  return DOUBTFUL.has(last) || DOUBTFUL.has(plain) ? 'doubtful' : null;
}

/** `apiKey`, `API_KEY`, `x-api-key` → its words in lower case. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

const PLACEHOLDER =
  /^(?:null|undefined|true|false|none|nil|string|number|boolean|object|any|required|optional|missing|invalid|expired|empty|unset|set|yes|no|await|new|this|function|\*+|x{3,}|\.{3}|…|<.*>|\$\{?\w+\}?|process\.env\.\w+|%\w+%)$/i;

/**
 * How a value stands there: `quoted`, after `=` (`assigned`), or after a blank (`spaced`), as a word of prose does too.
 */
export type Setting = 'quoted' | 'assigned' | 'spaced';

const CODE = /^[A-Za-z_$]+(?:\.[A-Za-z_$]+)*$/;

/** Whether an unquoted value is an expression, as in the source that an error quotes: `token = session.token`, `getToken()`. */
export const isCode = (kind: SecretKind, value: string, next: string | undefined): boolean =>
  kind !== 'header' &&
  CODE.test(value) &&
  (next === '(' || value.includes('.') || (kind === 'token' && next !== undefined && ';,)'.includes(next)));

/** Whether `value`, beside a name of this kind, is to be hidden. */
export function isSecretValue(kind: SecretKind, value: string, setting: Setting): boolean {
  if (value.length < 3 || value.startsWith('[redacted') || PLACEHOLDER.test(value)) return false;
  if (kind === 'doubtful') return looksRandom(value.slice(0, 512));
  if (kind !== 'token' || setting === 'quoted') return true;
  // `token: 1500` counts tokens, `token: expected` is prose.
  return !/^\d{1,6}$/.test(value) && (setting === 'assigned' || !/^[a-z]{1,10}$/.test(value));
}

const looksRandom = (value: string): boolean =>
  /^[\w+/=%.~-]{16,}$/.test(value) &&
  /\d/.test(value) &&
  /[a-z]/i.test(value) &&
  !/[/.][a-z-]+[/.]|\.[a-z]{2,4}$/.test(value);
