/** An environment as it is handed on: what is set, nothing that is not. */

export function environmentOf(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(env);
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
