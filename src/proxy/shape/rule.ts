/** A rule as the proxy's worker gets it, whoever wrote it: what it matches, and what it does. Plain data: it is cloned. */
import type { Fields } from '../fields.ts';

/** What a browser asks for something as. */
export type RequestType =
  | 'document'
  | 'script'
  | 'style'
  | 'image'
  | 'font'
  | 'media'
  | 'fetch'
  | 'worker'
  | 'websocket'
  | 'other';

/** All that is not null must hold. */
export interface Match {
  readonly methods: readonly string[] | null;
  /** Path and query, exactly. */
  readonly url: string | null;
  /** The path alone, whatever its query. */
  readonly path: string | null;
  /** Found somewhere in path and query. */
  readonly urlPattern: string | null;
  /** Lower-case name, and a pattern found in one of its values; null: the field is there. */
  readonly headers: readonly (readonly [name: string, pattern: string | null])[];
  /** Found in the first 64 KiB of the request's body. */
  readonly body: string | null;
  readonly types: readonly RequestType[] | null;
  /** Only the nth request that all else holds for. */
  readonly nth: number | null;
  readonly probability: number;
}

/** Every request. */
export const ANY_MATCH: Match = {
  methods: null,
  url: null,
  path: null,
  urlPattern: null,
  headers: [],
  body: null,
  types: null,
  nth: null,
  probability: 1,
};

export interface Answer {
  /** One of them, by chance. */
  readonly statuses: readonly number[];
  readonly fields: Fields;
  readonly body:
    | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
    | { readonly kind: 'template'; readonly text: string }
    /** Read when it is asked for; its real path must be in `root`. */
    | { readonly kind: 'file'; readonly path: string; readonly root: string };
}

/** RFC 6902. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

export interface Edits {
  /** Lower-case name → value; null takes all of that name away. */
  readonly fields: readonly (readonly [name: string, value: string | null])[];
  readonly patch: readonly PatchOperation[];
}

/** How an answer that is not sent in full ends. */
export type PartialEnd =
  /** Well: nobody can tell from the framing. */
  | 'whole'
  /** Closed before the length that its head says. */
  | 'close'
  /** Without a last chunk. */
  | 'abort'
  /** As it was framed, and then the connection is gone. */
  | 'drop';

export type Part = { readonly percent: number } | { readonly bytes: number };

export type Act =
  | { readonly do: 'answer'; readonly answer: Answer }
  | { readonly do: 'delay'; readonly min: number; readonly max: number; readonly jitter: number }
  /** Never answered, as long as the rule is there. */
  | { readonly do: 'hold' }
  | { readonly do: 'cut'; readonly how: 'reset' | 'close' }
  | { readonly do: 'target'; readonly url: string }
  | { readonly do: 'request'; readonly edits: Edits; readonly url: string | null }
  | { readonly do: 'response'; readonly edits: Edits; readonly status: number | null }
  | { readonly do: 'pace'; readonly bytesPerMs: number; readonly chunk: number }
  | { readonly do: 'partial'; readonly end: PartialEnd; readonly part: Part }
  | { readonly do: 'flip' }
  | { readonly do: 'corrupt' }
  | { readonly do: 'late_end'; readonly min: number; readonly max: number }
  | { readonly do: 'bomb' }
  | { readonly do: 'reorder'; readonly min: number; readonly maxWaitMs: number }
  /** WebSocket messages. `pattern` is found in them; null: all. */
  | {
      readonly do: 'messages';
      readonly direction: 'in' | 'out' | 'both';
      readonly pattern: string | null;
      readonly verdict:
        | { readonly do: 'drop' }
        | { readonly do: 'cut' }
        | { readonly do: 'delay'; readonly min: number; readonly max: number; readonly jitter: number };
      readonly probability: number;
    };

export interface Rule {
  /** Of this very version of the rule, within its proxy. */
  readonly key: number;
  /** Its cells in shared memory. */
  readonly slot: number;
  readonly id: string;
  readonly isChaos: boolean;
  readonly match: Match;
  /** Most requests that it touches. */
  readonly times: number | null;
  /** On the daemon's clock. */
  readonly expiresAt: number | null;
  readonly seed: number;
  readonly acts: readonly Act[];
}

/** What is in force, in order; rules that the worker has by their key are not sent again. */
export interface ShapeUpdate {
  readonly order: readonly number[];
  readonly added: readonly Rule[];
  /** Chaos is on: requests are counted, also where its rules have done all that they may. */
  readonly hasChaos: boolean;
  /** Chance that a request is looked at by chaos at all. */
  readonly globalOdds: number;
  readonly globalSeed: number;
}
