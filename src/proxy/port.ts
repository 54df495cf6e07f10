/** The port that a target's proxy gets when none is asked for: the same one at every start, if it is free. */

const FIRST = 10_000;
const COUNT = 50_000;

/** Ports that browsers refuse to open (WHATWG Fetch 2.9). */
const BLOCKED = new Set([
  ...[0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109],
  ...[110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530],
  ...[531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190],
  ...[5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080],
]);

export const isBlockedPort = (port: number): boolean => BLOCKED.has(port);

/** FNV-1a, 32 bits, of the text's UTF-8. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Ports to try in turn, at most `most`. */
export function* portsFor(origin: string, most: number): Generator<number> {
  const first = fnv1a32(origin) % COUNT;
  for (let i = 0, given = 0; given < most && i < COUNT; i++) {
    const port = FIRST + ((first + i) % COUNT);
    if (isBlockedPort(port)) continue;
    given += 1;
    yield port;
  }
}
