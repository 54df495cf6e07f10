/** Redirects that lead back to where they began: a browser gives up after twenty, and no page is there to say so. Pure. */
import { field } from '../proxy/fields.ts';
import type { Exchange } from '../proxy/recorded-exchange.ts';

export interface RedirectLoop {
  readonly message: string;
  readonly ids: readonly string[];
  readonly url: string;
  readonly micros: number;
}

/** The same address so often within so short a time is no person's doing. */
const ROUNDS = 8;
const WITHIN_MICROS = 10_000_000;

/** Of exchanges, oldest first: each loop once, by the address at which it was met first. */
export function redirectLoops(exchanges: readonly Exchange[]): RedirectLoop[] {
  const rounds = new Map<string, Exchange[]>();
  for (const exchange of exchanges) {
    if (!isRedirect(exchange)) continue;
    const key = `${exchange.method} ${exchange.target}`;
    rounds.set(key, [...(rounds.get(key) ?? []), exchange]);
  }
  const met = new Set<string>();
  return [...rounds.values()].flatMap((all) => {
    const [last, early] = [all.at(-1), all.at(-ROUNDS)];
    if (last === undefined || early === undefined || last.began - early.began > WITHIN_MICROS) return [];
    const to = locationOf(last);
    const isKnown = met.has(last.target);
    met.add(last.target).add(to);
    return isKnown ? [] : [loopOf(last, to)];
  });
}

/** The head is taken apart of those alone that may be one. */
export const isRedirect = (exchange: Exchange): boolean =>
  exchange.status >= 300 && exchange.status < 400 && field(exchange.response, 'location') !== null;

/** As a target of the same origin, where it is one. */
function locationOf({ response, target }: Exchange): string {
  const [location, base] = [field(response, 'location') ?? '', `http://localhost${target}`];
  if (!URL.canParse(location, base)) return '';
  const { pathname, search } = new URL(location, base);
  return pathname + search;
}

function loopOf({ id, method, target, status, ended, began }: Exchange, to: string): RedirectLoop {
  const url = target.split('?', 1)[0] ?? '';
  return {
    message: `${method} ${url} ${status} to ${to}, without end`,
    ids: [`req_${id}`],
    url,
    micros: ended ?? began,
  };
}
