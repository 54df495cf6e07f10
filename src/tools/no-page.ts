/** `no_page`, and why where that can be known: a policy of the document keeps the page client from running or from connecting. */
import { connectDirective } from '../proxy/csp.ts';
import { isForDocument } from '../proxy/destination.ts';
import { type Fields, field } from '../proxy/fields.ts';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import { Fault } from '../text/fault.ts';
import { bodyText } from './exchange-view.ts';

const SCRIPTED = ['text/html', 'application/xhtml+xml', 'image/svg+xml'];
const OPEN = 'Serve it as text/html while you develop, or put it in a page that is.';

interface SilentPage {
  /** Entry id of the document's exchange. */
  readonly entry: string;
  readonly why: string;
  readonly hint: string;
}

export function noPage(proxy: ManagedProxy, what: string): Fault {
  const url = `http://localhost:${proxy.port}${proxy.entry}`;
  const silent = silentPage(proxy);
  const said = `${what} (proxy ${proxy.id})${silent === null ? '' : `: ${silent.why}`}`;
  const values = { proxy_id: proxy.id, url, document: silent?.entry ?? null };
  return new Fault('no_page', said, silent?.hint ?? `Open ${url} in a browser.`, values);
}

/** Of the newest document alone; null where nothing in it explains it. */
function silentPage({ log, startedAt }: ManagedProxy): SilentPage | null {
  const document = log
    .exchanges({ status: (status) => status >= 200 && status < 300 }, startedAt)
    .findLast(({ request, response }) => isForDocument(request) && kindOf(response) !== null);
  if (document === undefined) return null;
  const entry = `req_${document.id}`;
  const kind = kindOf(document.response);
  if (kind !== 'text/html')
    return {
      entry,
      why: `the document of ${entry} is ${kind}, and the page client goes into text/html alone`,
      hint: OPEN,
    };
  if (document.note.includes('sandboxes'))
    return {
      entry,
      why: `${document.note}, ${entry}`,
      hint: 'Let it have allow-scripts and allow-same-origin while you develop.',
    };
  const directive = metaPolicies(bodyText(document, 'response', log) ?? '')
    .map(connectDirective)
    .find((found) => found !== null);
  if (directive === undefined) return null;
  return {
    entry,
    // In words of ours alone: what the document says is for proxylog.
    why: `the document of ${entry} sets a policy in a <meta> whose ${directive} keeps the page client from connecting`,
    hint: 'Send that policy as a header, in which the proxy lets its client in, or take it out while you develop.',
  };
}

/** Of those that run scripts; null for others. */
const kindOf = (response: Fields): string | null => {
  const type = field(response, 'content-type') ?? '';
  return SCRIPTED.find((kind) => type.toLowerCase().startsWith(kind)) ?? null;
};

/** Contents of a document's own policies (CSP Level 3, 3.3). */
function metaPolicies(html: string): string[] {
  const tags = html.match(/<meta\b[^<>]{0,4000}>/gi) ?? [];
  return tags
    .filter((tag) => /\bhttp-equiv\s*=\s*["']?content-security-policy\b(?!-)/i.test(tag))
    .map((tag) => /\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(tag))
    .map((found) => (found?.[1] ?? found?.[2] ?? '').replace(/&(?:#39|#x27|apos);/gi, "'"));
}
