/** Where a process serves, by what is known of it. */
import type { Facts } from './spec.ts';

type Whereabouts = Pick<Facts, 'urls' | 'ports' | 'debuggers'>;

/**
 * Those that it listens on itself first: output names other servers too, such as the one that requests are passed on to. The rest as
 * they were `before`, then as found: while a server opens its port anew, its address stays where it was.
 */
export function ownFirst(
  found: readonly string[],
  ports: readonly number[],
  before: readonly string[],
): readonly string[] {
  const isOwn = (url: string) => ports.includes(portOf(url));
  const urls = [...new Set([...before.filter((url) => found.includes(url)), ...found])];
  return [...urls.filter(isOwn), ...urls.filter((url) => !isOwn(url))];
}

/** The ports of debuggers last. */
export const servingFirst = (ports: readonly number[], debuggers: readonly number[]): readonly number[] => [
  ...ports.filter((port) => !debuggers.includes(port)),
  ...ports.filter((port) => debuggers.includes(port)),
];

/** The first port that may serve: a debugger's says nothing of the program in it. */
export const servingPort = ({ ports, debuggers }: Whereabouts): number | undefined =>
  ports.find((port) => !debuggers.includes(port));

/** The first URL that it has named, else the first port that it serves on; null for neither. */
export function serverAddress(facts: Whereabouts): string | null {
  const port = servingPort(facts);
  return facts.urls[0] ?? (port === undefined ? null : `http://localhost:${port}`);
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
