/** The connection to the target that a browser connection has at a time: kept from exchange to exchange while it is good. */
import { mayBeSentAgain } from './exchange.ts';
import type { ResponseHead } from './http1.ts';
import type { LiveExchange } from './live-exchange.ts';
import type { Surroundings } from './surroundings.ts';
import { Upstream, type UpstreamOwner } from './upstream.ts';

export class KeptUpstream {
  readonly #around: Surroundings;
  readonly #owner: UpstreamOwner;
  #current: Upstream | null = null;

  constructor(around: Surroundings, owner: UpstreamOwner) {
    this.#around = around;
    this.#owner = owner;
  }

  /** Null: there is none. */
  get current(): Upstream | null {
    return this.#current;
  }

  /** Since when it is being opened, in the proxy's seconds; null: it is not. */
  get dialledAt(): number | null {
    const upstream = this.#current;
    return upstream === null || upstream.isConnected || upstream.isPatient ? null : upstream.since;
  }

  /** Sends the head over the kept connection, or a new one. */
  ask(live: LiveExchange): void {
    const { now } = this.#around;
    const dial = live.shaped?.dial ?? this.#around.dial;
    const kept = this.#current;
    // It may be closing just now; only what may be sent again is risked on it.
    const isRisky = kept !== null && kept.usedAt < now && !mayBeSentAgain(live.head.method, live.head.framing !== 0);
    if (isRisky || kept?.dial !== dial) this.drop();
    this.#current ??= new Upstream(dial, now, this.#owner);
    if (this.#current.isConnected) live.entry.reached();
    this.#current.out.add(live.text);
  }

  /** Notes a whole answer; true: the connection is good for another request. Bytes behind an answer were not asked for. */
  answered(response: ResponseHead): boolean {
    const upstream = this.#current;
    if (upstream === null) return false;
    upstream.answers += 1;
    upstream.usedAt = this.#around.now;
    return response.keepAlive && upstream.answer.buffered === 0;
  }

  drop(): void {
    this.#current?.drop();
    this.#current = null;
  }
}
