/** Requests of the page's scripts that failed before any answer, were refused or slow. */

import type { Link } from './link.ts';
import type { Receiver } from './lookout/receiver.ts';
import { remember } from './misread.ts';
import { clock, round } from './natives.ts';

/** `GET /api/users 500`: what failed just before; null when nothing did. In the page's own order, which no clock tells so well. */
export type Behind = () => string | null;

/** An error so soon after a failed request is most likely its consequence. */
const CONSEQUENCE_MS = 2_000;

export interface Network extends Pick<Receiver, 'answered' | 'failed' | 'misread'> {
  readonly behind: Behind;
}

export function readNetwork(link: Link): Network {
  let latest = { said: '', at: -CONSEQUENCE_MS };

  const failed: Network['failed'] = ({ method, url, begun, made }, reason) => {
    latest = { said: `${method} ${url} failed: ${reason}`, at: clock() };
    link.report('network', { method, url, reason, ms: round(clock() - begun), stack: made.stack ?? '' });
  };

  return {
    failed,
    answered({ method, url, begun, made }, status) {
      const ms = round(clock() - begun);
      const { pathname, origin } = new URL(url, document.baseURI);
      if (status >= 400) latest = { said: `${method} ${pathname} ${status}`, at: clock() };
      // The proxy knows of the answer; where in the code it was asked for, only the page does. Another origin's pages are none of ours.
      if (origin === location.origin)
        link.report('performance', { what: 'request', method, url: pathname, status, ms, stack: made.stack ?? '' });
    },
    // Whether somebody deals with it or not, as with requests that fail.
    misread(error, reading) {
      remember(error, reading);
      failed({ method: 'reading', url: reading.url, begun: clock(), made: reading.made }, String(error));
    },
    behind: () => (clock() - latest.at < CONSEQUENCE_MS ? latest.said : null),
  };
}
