/** An upgraded exchange: bytes pass both ways as they are, looked at where somebody can read them. */
import type { Observer } from './surroundings.ts';

export class Tunnel {
  readonly #fromTarget: Observer | null;
  readonly #fromBrowser: Observer | null;

  /** Null: nobody looks. */
  constructor(observers: { readonly fromTarget: Observer; readonly fromBrowser: Observer } | null) {
    this.#fromTarget = observers?.fromTarget ?? null;
    this.#fromBrowser = observers?.fromBrowser ?? null;
  }

  fromTarget(chunk: Buffer): void {
    this.#fromTarget?.feed(chunk);
  }

  fromBrowser(chunk: Buffer): void {
    this.#fromBrowser?.feed(chunk);
  }
}
