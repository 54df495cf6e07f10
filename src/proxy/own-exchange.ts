/** A request of our own and the record of it: known by a word in the field that says whose a request is, which the target never sees. */
import { LOAD_FIELD } from '../page/protocol.ts';
import type { ManagedProxy } from './managed-proxy.ts';
import { type OwnEnd, type OwnRequest, sendOwn, type Timers } from './own-request.ts';
import type { Exchange } from './recorded-exchange.ts';

export interface OwnAnswer {
  readonly end: OwnEnd;
  /** Null when it did not come to be recorded: nothing listened, or it was cleared at once. */
  readonly exchange: Exchange | null;
}

/** The worker writes the end of a record after the last byte of the answer. */
const LOOKS = 200;
const LOOK_EVERY_MS = 5;

/** `after`: the last entry before it. Throws what Node says of a field that cannot be sent. */
export async function ownExchange(
  proxy: ManagedProxy,
  request: OwnRequest,
  word: string,
  after: number,
  clock: Timers,
): Promise<OwnAnswer> {
  const fields = [...request.fields, LOAD_FIELD, word];
  const end = await sendOwn(addressOf(proxy), proxy.port, { ...request, fields }, clock);
  let exchange: Exchange | null = null;
  for (let look = 0; look < LOOKS; look++) {
    exchange = proxy.log.exchanges({ after }, proxy.startedAt).find(({ load }) => load === word) ?? null;
    if (exchange === null ? end.kind === 'broken' : exchange.outcome !== null) break;
    await new Promise<void>((resolve) => {
      clock.after(LOOK_EVERY_MS, resolve);
    });
  }
  return { end, exchange };
}

/** Where it listens, as a connection of this machine reaches it. */
function addressOf({ addresses: [address = '127.0.0.1'] }: ManagedProxy): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}
