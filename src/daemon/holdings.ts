/**
 * What connections make the daemon hold for them: lines that they have begun and not ended, answers that they do not take, calls under
 * way. All of them together have one bound; past it, who has held most for longest is closed. So the many that are silent cost those that
 * talk nothing. A call that waits for a day is no fault of its client: time counts against who does not take or end what is held.
 */

export interface Holding {
  /** For the log: `front 4711`. */
  readonly name: string;
  /** Bytes held for it now, its calls under way not counted. */
  bytes(): number;
  /** Its calls under way. */
  calls(): number;
  /** Ends the connection, and with it what is held. */
  close(): void;
}

export interface Holdings {
  /** Watched until the function returned is called. */
  watch(holding: Holding): () => void;
  /** So many bytes have just come from somebody: looks again when many have. */
  came(bytes: number): void;
  end(): void;
}

export interface HoldingsParts {
  /** Of all connections together. */
  readonly mostBytes: number;
  readonly clock: { micros(): number; after(ms: number, run: () => void): { cancel(): void } };
  log(line: string): void;
}

const LOOK_EVERY_MS = 250;
/** What a call under way costs: the SDK’s record of it, its arguments, its wait. */
const CALL_BYTES = 16_384;
/** What comes between two looks is bounded too. */
const LOOK_EVERY_BYTES = 4 * 1_048_576;

export function createHoldings({ mostBytes, clock, log }: HoldingsParts): Holdings {
  /** With the time of the first look since which each has held something at every look. */
  const watched = new Map<Holding, number | null>();
  let sinceLook = 0;
  let timer = clock.after(LOOK_EVERY_MS, lookAgain);

  function lookAgain(): void {
    timer = clock.after(LOOK_EVERY_MS, lookAgain);
    look();
  }

  function look(): void {
    sinceLook = 0;
    const now = clock.micros();
    let total = 0;
    for (const [holding, since] of watched) {
      const bytes = holding.bytes();
      total += bytes + holding.calls() * CALL_BYTES;
      watched.set(holding, bytes === 0 ? null : (since ?? now));
    }
    if (total > mostBytes) makeRoom(total, now);
  }

  function makeRoom(total: number, now: number): void {
    const held = [...watched].map(([holding, since]) => {
      const calls = holding.calls();
      return { holding, calls, bytes: holding.bytes() + calls * CALL_BYTES, forMs: msSince(since, now) };
    });
    held.sort((a, b) => b.bytes * (b.forMs + 1) - a.bytes * (a.forMs + 1));
    let left = total;
    for (const { holding, calls, bytes, forMs } of held) {
      if (left <= mostBytes) return;
      left -= bytes;
      watched.delete(holding);
      log(
        `${holding.name}: closed, since it has not taken its answers or not ended its line for ${forMs} ms: ${bytes} bytes with ${calls} calls under way, of ${total} for all connections (at most ${mostBytes})`,
      );
      holding.close();
    }
  }

  return {
    watch(holding) {
      watched.set(holding, null);
      return () => watched.delete(holding);
    },
    came(bytes) {
      sinceLook += bytes;
      if (sinceLook > LOOK_EVERY_BYTES) look();
    },
    end: () => timer.cancel(),
  };
}

const msSince = (since: number | null, now: number): number => (since === null ? 0 : Math.round((now - since) / 1_000));
