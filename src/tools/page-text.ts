/** Pages' words as a reader may see them: secrets redacted, controls visible, at any depth. */
import { LINE_LIMIT, visibleText } from '../text/visible.ts';

export function fitToShow(value: unknown, redact: (text: string) => string, longestLine = LINE_LIMIT): unknown {
  if (typeof value === 'string') return visibleText(redact(value), longestLine);
  if (Array.isArray(value)) return value.map((item) => fitToShow(item, redact, longestLine));
  if (typeof value !== 'object' || value === null) return value;
  // Each member with its name: what is called password is a secret whatever it looks like.
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [visibleText(name), shown(name, member, redact, longestLine)]),
  );
}

function shown(name: string, member: unknown, redact: (text: string) => string, longestLine: number): unknown {
  if (typeof member !== 'string') return fitToShow(member, redact, longestLine);
  const lead = `${name}=`;
  const hidden = redact(lead + JSON.stringify(member));
  const isSecret = hidden.startsWith(`${lead}"[redacted `) || hidden.startsWith(`${lead}[redacted `);
  return isSecret ? hidden.slice(lead.length).replaceAll('"', '') : fitToShow(member, redact, longestLine);
}
