/** `devtool://page/{id}`: a page as currentpage tells it. */
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import type { Page } from '../proxy/pages.ts';
import { Fault } from '../text/fault.ts';
import { wholePage } from './currentpage.ts';
import { pageNumber } from './page-view.ts';
import type { Resource, ResourceKind } from './resource.ts';
import type { Workbench } from './workbench.ts';

const URI = /^devtool:\/\/page\/([^/?]+)$/;

export const PAGES: ResourceKind = {
  template: {
    name: 'page',
    title: 'A page',
    uriTemplate: 'devtool://page/{id}',
    description:
      'A page that was opened through a proxy: errors mapped to source, requests, interactions, performance.',
    mimeType: 'application/json',
  },
  list: (_caller, workbench) => everyPage(workbench).map(([proxy, page]) => pageOf(proxy, page, workbench)),
  find(uri, _caller, workbench) {
    const id = URI.exec(uri)?.[1];
    if (id === undefined) return null;
    const number = pageNumber(id);
    const found = everyPage(workbench).find(([, page]) => page.number === number);
    if (found !== undefined) return pageOf(...found, workbench);
    throw new Fault('not_found', `page ${JSON.stringify(id.slice(0, 80))} is unknown`, 'See resources/list.', {});
  },
};

/** Numbered by one counter, whichever proxy they came through. */
const everyPage = ({ proxies }: Workbench): [ManagedProxy, Page][] =>
  proxies.list(null).flatMap((proxy) => proxy.pages.list().map((page): [ManagedProxy, Page] => [proxy, page]));

function pageOf(proxy: ManagedProxy, page: Page, workbench: Workbench): Resource {
  const id = `page_${page.number}`;
  return {
    uri: `devtool://page/${id}`,
    name: id,
    title: `Page ${page.number} of ${proxy.id}`,
    description: workbench.redact(page.facts.status?.url ?? page.facts.hello.url),
    mimeType: 'application/json',
    stamp: [page.lastActivity, page.active, proxy.log.stamp(), proxy.pageLog.stamp()].join(),
    read: async () => JSON.stringify(await wholePage(page, proxy, workbench.redact, workbench)),
  };
}
