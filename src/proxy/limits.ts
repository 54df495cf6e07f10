/** Bounds of a proxy's connections; times in seconds, looked at once a second. */
export interface ConnectionLimits {
  /** For a whole request head, from its first byte. */
  readonly headSeconds: number;
  /** Without a request, or in the middle of a request body without a byte. */
  readonly idleSeconds: number;
  readonly connectSeconds: number;
  /** How long a browser may go on sending what nobody wants. */
  readonly lingerSeconds: number;
  /** Pipelined bytes that are taken before their turn. */
  readonly aheadBytes: number;
  /** Of one proxy. */
  readonly connections: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  headSeconds: 10,
  idleSeconds: 60,
  connectSeconds: 10,
  lingerSeconds: 2,
  aheadBytes: 65_536,
  connections: 2_000,
};
