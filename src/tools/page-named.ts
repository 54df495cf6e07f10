/** The page of a proxy that a call is about, by its id. */
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import type { Page } from '../proxy/pages.ts';
import { Fault } from '../text/fault.ts';
import { pageNumber } from './page-view.ts';

const MOST_NAMED = 10;

/** Throws `not_found` with those that there are. `parameter`: what the tool calls the id. */
export function pageNamed(proxy: ManagedProxy, id: string, parameter: string): Page {
  const page = proxy.pages.get(pageNumber(id) ?? 0);
  if (page !== null) return page;
  const near = proxy.pages.list().slice(-MOST_NAMED);
  const names = near.map(({ number }) => `page_${number}`);
  throw new Fault(
    'not_found',
    `${parameter}=${id.slice(0, 80)} is no page of proxy ${proxy.id}`,
    `Its newest pages: ${names.join(', ') || 'none'}.`,
    { [parameter]: id.slice(0, 80), near: names },
  );
}
