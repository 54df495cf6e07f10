/** Content-Security-Policy: exactly what the loader and its socket need, and no more (CSP Level 3). */
import type { Fields } from './fields.ts';

export interface CspChange {
  readonly fields: Fields;
  /** For the loader's own `nonce`; null when it needs none. */
  readonly nonce: string | null;
  /** Whether a script of ours may stand in the document itself, or come there by a script. */
  readonly letsInline: boolean;
  /** What was added; null when the policy lets the loader in as it is. */
  readonly note: string | null;
}

const NAMES = ['content-security-policy', 'content-security-policy-report-only'];
const SCRIPT = ['script-src-elem', 'script-src', 'default-src'];
const CONNECT = ['connect-src', 'default-src'];

/** `host`: of the page, with its port; `newNonce` makes a value that nobody can guess. */
export function allowLoader(fields: Fields, host: string, newNonce: () => string): CspChange {
  const added: string[] = [];
  let nonce = nonceIn(fields);
  let letsInline = true;
  const changed = fields.map((value, at) => {
    const name = at % 2 === 1 ? (fields[at - 1] ?? '').toLowerCase() : '';
    if (!NAMES.includes(name)) return value;
    return value
      .split(',')
      .map((policy) => allowIn(policy))
      .join(',');
  });

  function allowIn(policy: string): string {
    const directives = policy.split(';');
    const script = find(directives, SCRIPT);
    const isStrict = script !== null && /'strict-dynamic'/i.test(directives[script] ?? '');
    if (script !== null && isStrict) nonce ??= newNonce();
    if (script !== null && !allowsScript(directives[script] ?? '', nonce)) {
      add(directives, script, isStrict ? [`'nonce-${nonce}'`] : [`${host}/__devtool/`], 'script-src');
    }
    const connect = find(directives, CONNECT);
    if (connect !== null && !allowsConnect(directives[connect] ?? ''))
      add(directives, connect, [`${host}/__devtool/`, `ws://${host}/__devtool/`], 'connect-src');
    letsInline &&= allowsInline(directives, nonce);
    return directives.join(';');
  }

  /** What falls back on `default-src` gets a directive of its own with the same sources, so that nothing else is let in. */
  function add(directives: string[], at: number, sources: readonly string[], name: string): void {
    const [present = '', ...given] = (directives[at] ?? '').trim().split(/\s+/);
    const kept = given.filter((source) => source.toLowerCase() !== "'none'");
    const isFallback = present.toLowerCase() === 'default-src';
    const directive = ` ${[isFallback ? name : present, ...kept, ...sources].join(' ')}`;
    if (isFallback) directives.push(directive);
    else directives[at] = directive;
    added.push(`${name} ${sources.join(' ')}`);
  }

  const note = added.length === 0 ? null : [...new Set(added)].join('; ');
  return { fields: changed, nonce, letsInline, note };
}

/** Why the page client would be of no use in that document, and its loader an error there; null where it may run and report. */
export function sandboxing(fields: Fields): string | null {
  for (let at = 0; at < fields.length; at += 2) {
    if ((fields[at] ?? '').toLowerCase() !== NAMES[0]) continue;
    for (const directive of (fields[at + 1] ?? '').split(/[;,]/)) {
      const [name, ...flags] = directive.trim().toLowerCase().split(/\s+/);
      if (name !== 'sandbox') continue;
      if (!flags.includes('allow-scripts')) return 'the policy sandboxes the page without scripts';
      // Its Origin is `null`, which is anybody's.
      if (!flags.includes('allow-same-origin')) return 'the policy sandboxes the page apart from its own origin';
    }
  }
  return null;
}

/** A nonce that the page's own scripts have serves the loader too, and nothing has to be added. */
function nonceIn(fields: Fields): string | null {
  for (let at = 1; at < fields.length; at += 2) {
    if (!NAMES.includes((fields[at - 1] ?? '').toLowerCase())) continue;
    const found = /'nonce-([A-Za-z0-9+/_=-]+)'/i.exec(fields[at] ?? '')?.[1];
    if (found !== undefined) return found;
  }
  return null;
}

/** Place of the directive that decides; the first of a name counts. */
function find(directives: readonly string[], names: readonly string[]): number | null {
  for (const name of names) {
    const at = directives.findIndex((directive) => directive.trim().split(/\s+/, 1)[0]?.toLowerCase() === name);
    if (at >= 0) return at;
  }
  return null;
}

/** The name of a policy's directive that lets nobody connect to the page's own origin; null where there is none. */
export function connectDirective(policy: string): string | null {
  const directives = policy.split(';');
  const directive = directives[find(directives, CONNECT) ?? -1]?.trim().toLowerCase();
  if (directive === undefined || allowsConnect(directive)) return null;
  return CONNECT.find((name) => directive.startsWith(name)) ?? null;
}

function allowsScript(directive: string, nonce: string | null): boolean {
  const sources = directive.trim().toLowerCase().split(/\s+/).slice(1);
  if (nonce !== null && directive.includes(`'nonce-${nonce}'`)) return true;
  if (sources.includes("'strict-dynamic'")) return false;
  return sources.some((source) => source === "'self'" || source === '*' || source === 'http:');
}

/** By its nonce, or as all scripts of the document (CSP 6.7.3.3). */
function allowsInline(directives: readonly string[], nonce: string | null): boolean {
  if (find(directives, ['require-trusted-types-for']) !== null) return false;
  const sources = directives[find(directives, SCRIPT) ?? -1];
  if (sources === undefined || (nonce !== null && sources.includes(`'nonce-${nonce}'`))) return true;
  return /'unsafe-inline'/i.test(sources) && !/'(?:nonce-|sha\d+-|strict-dynamic')/i.test(sources);
}

function allowsConnect(directive: string): boolean {
  const sources = directive.trim().toLowerCase().split(/\s+/).slice(1);
  return sources.some((source) => source === "'self'" || source === '*');
}
