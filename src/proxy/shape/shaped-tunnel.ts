/** Both directions of an upgraded connection: each through the rules for its messages, or as it comes when there are none. */
import type { Clock } from './clock.ts';
import type { LiveRule } from './live-rule.ts';
import { type MessageOutlet, MessageShaper } from './message-shaper.ts';

export interface ShapedTunnelOwner extends Pick<MessageOutlet, 'cut' | 'count'> {
  toBrowser(bytes: Buffer): void;
  toTarget(bytes: Buffer): void;
  /** More may come from there. */
  browserDrained(): void;
  targetDrained(): void;
}

export class ShapedTunnel {
  readonly #owner: ShapedTunnelOwner;
  readonly #fromBrowser: MessageShaper | null;
  readonly #fromTarget: MessageShaper | null;

  constructor(rules: readonly LiveRule[], clock: Clock, owner: ShapedTunnelOwner) {
    this.#owner = owner;
    const { cut, count } = owner;
    const shaper = (direction: 'in' | 'out', send: (bytes: Buffer) => void, drained: () => void) =>
      rules.length === 0 ? null : new MessageShaper(direction, rules, clock, { send, drained, cut, count });
    this.#fromBrowser = shaper('out', owner.toTarget, owner.browserDrained);
    this.#fromTarget = shaper('in', owner.toBrowser, owner.targetDrained);
  }

  /** What comes from there has to wait. */
  get isFullOfBrowser(): boolean {
    return this.#fromBrowser?.isFull === true;
  }

  get isFullOfTarget(): boolean {
    return this.#fromTarget?.isFull === true;
  }

  fromBrowser(chunk: Buffer): void {
    if (this.#fromBrowser === null) this.#owner.toTarget(chunk);
    else this.#fromBrowser.feed(chunk);
  }

  fromTarget(chunk: Buffer): void {
    if (this.#fromTarget === null) this.#owner.toBrowser(chunk);
    else this.#fromTarget.feed(chunk);
  }

  /** What a rule that is over holds back goes on at once. */
  hurry(): void {
    this.#fromBrowser?.hurry();
    this.#fromTarget?.hurry();
  }

  /** What waits is lost. */
  end(): void {
    this.#fromBrowser?.end();
    this.#fromTarget?.end();
  }
}
