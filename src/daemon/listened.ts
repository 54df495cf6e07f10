/**
 * Addresses that clients of the 2026 era listen to. The SDK serves `subscriptions/listen` itself, and lets through what a client has
 * named and nothing else; so what is asked for is seen in passing.
 */

export interface Listened {
  /** Whether `message` asks for addresses; if so, they are listened to until `ended(key)`. */
  began(key: unknown, message: unknown): boolean;
  ended(key: unknown): void;
  /** Null: nobody listens. */
  uris(): ReadonlySet<string> | null;
}

/** Of what is asked for beyond `most` addresses nothing is told. */
export function createListened(most: number): Listened {
  const asked = new Map<unknown, readonly string[]>();
  let known: ReadonlySet<string> | null = null;
  const settle = () => {
    known = asked.size === 0 ? null : new Set([...new Set([...asked.values()].flat())].slice(0, most));
  };
  return {
    began(key, message) {
      const uris = urisIn(message).slice(0, most);
      if (uris.length === 0) return false;
      asked.set(key, uris);
      settle();
      return true;
    },
    ended(key) {
      if (asked.delete(key)) settle();
    },
    uris: () => known,
  };
}

function urisIn(message: unknown): string[] {
  const { method, params } = fieldsOf(message);
  const uris = fieldsOf(fieldsOf(params)['notifications'])['resourceSubscriptions'];
  const isAsked = method === 'subscriptions/listen' && Array.isArray(uris);
  return isAsked ? uris.filter((uri): uri is string => typeof uri === 'string') : [];
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
