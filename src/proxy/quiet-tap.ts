/** A tap that records nothing and only gives out entry ids. */
import { entryIds } from './entry-ids.ts';
import type { ExchangeTap } from './exchange-tap.ts';

export function quietTap(ids: SharedArrayBuffer): ExchangeTap {
  return {
    began: entryIds(ids),
    sent() {},
    connected() {},
    responded() {},
    received() {},
    ended() {},
  };
}
