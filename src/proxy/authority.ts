/** `host[:port]` as it stands in Host, Origin, Location and target URLs: taken apart strictly, compared by what it names. */

export interface Authority {
  /** Lower case; IPv6 without brackets. */
  readonly name: string;
  /** Null when it is left out. */
  readonly port: number | null;
}

const AUTHORITY = /^(?:\[([0-9a-f:]{2,39})\]|([a-z0-9_](?:[a-z0-9._-]{0,252}[a-z0-9_])?))(?::(\d{1,5}))?$/i;

/** Null for whatever is not plainly `name`, `name:port`, `[v6]` or `[v6]:port`: user names, paths, empty or odd ports. */
export function parseAuthority(text: string): Authority | null {
  // Longer ones are no names (RFC 1035 2.3.4), and the pattern need not see them.
  const match = text.length > 270 ? null : AUTHORITY.exec(text);
  if (match === null) return null;
  const [, v6, name = '', port] = match;
  const number = port === undefined ? null : Number(port);
  if (number !== null && (number < 1 || number > 65_535 || String(number) !== port)) return null;
  return { name: (v6 ?? name).toLowerCase(), port: number };
}

/** 127.0.0.0/8 in the one spelling that browsers send; `127.1` and `2130706433` are none. */
export function isLoopbackV4(name: string): boolean {
  return /^127(?:\.(?:0|[1-9]\d{0,2})){3}$/.test(name) && name.split('.').every((part) => Number(part) <= 255);
}

/** A name that never leaves this machine (RFC 6761 6.3). */
export function isLoopback(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || isLoopbackV4(name);
}
