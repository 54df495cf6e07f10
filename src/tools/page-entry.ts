/** Entries of pages as results show them. */
import { inFrame } from '../proxy/page-errors.ts';
import type { PageRecord } from '../proxy/page-log.ts';
import { visibleLine } from '../text/visible.ts';
import { fitToShow } from './page-text.ts';

type Show = (text: string) => string;

const PREFIX: Readonly<Record<PageRecord['kind'], string>> = {
  error: 'err',
  network: 'err',
  console: 'log',
  performance: 'perf',
  custom: 'cus',
  interaction: 'act',
  mutation: 'mut',
  execution: 'run',
};

export const entryId = ({ id, kind }: PageRecord): string => `${PREFIX[kind]}_${id}`;

/** `err_151 12:00:01.123 page_3 TypeError: x is not a function`; what follows the page is the page's own words. */
export function pageEntryLine(record: PageRecord, iso: (micros: number) => string, show: Show): string {
  const said = show(sayingOf(record)).replace(/\s+/g, ' ').slice(0, 400);
  return visibleLine(`${entryId(record)} ${iso(record.micros).slice(11, 23)} page_${record.page} ${said}`);
}

export function viewPageEntry(
  record: PageRecord,
  iso: (micros: number) => string,
  show: Show,
): Record<string, unknown> {
  const { kind, micros, page, facts } = record;
  return {
    id: entryId(record),
    type: kind === 'network' ? 'error' : kind,
    page: `page_${page}`,
    at: iso(micros),
    facts: fitToShow(facts, show),
  };
}

/** What a person would read first. */
export function sayingOf({ kind, facts }: PageRecord): string {
  const word = (name: string): string => (facts[name] === undefined || facts[name] === null ? '' : String(facts[name]));
  switch (kind) {
    case 'error':
      return (
        (facts['source'] === 'rejectionhandled' ? 'handled later: ' : '') +
        errorText(word('name'), word('message').replace(/^Uncaught (\(in promise\) )?/, '')) +
        inFrame(facts)
      );
    case 'network':
      return `${word('method')} ${word('url')} failed: ${word('reason')}`;
    case 'console':
      return `${word('level')}: ${word('text')}${inFrame(facts)}`;
    case 'performance':
      return performanceText(facts, word);
    case 'interaction':
      return `${word('what')} ${word('element') || word('to')} ${word('label')}`.trim();
    case 'mutation':
      return changeText(word('what'), word('element'), word('name'), word('text'), word('count'));
    case 'execution':
      return [
        word('outcome'),
        ...(facts['ms'] === null ? [] : [`${word('ms')} ms`]),
        word('code'),
        ...(facts['said'] === '' ? [] : [`→ ${word('said')}`]),
      ].join(' ');
    case 'custom':
      return `${word('level')}: ${word('message')} ${facts['data'] === null ? '' : JSON.stringify(facts['data'])}`.trim();
  }
}

/** `load 321 ms, LCP 180 ms h1.title`, `layout shift 0.21 #banner`, `long task 140 ms` */
function performanceText(facts: PageRecord['facts'], word: (name: string) => string): string {
  if (facts['what'] === 'request') return `${word('method')} ${word('url')} ${word('status')} ${word('ms')} ms`;
  const figure = word('value') || `${word('ms')} ms`;
  const paint = word('lcp_ms') === '' ? '' : `, LCP ${word('lcp_ms')} ms ${word('lcp_element')}`;
  return `${word('what')} ${figure}${paint} ${word('element')}`.trim();
}

const errorText = (name: string, message: string): string =>
  name === '' || message.includes(name) ? message : `${name}: ${message}`;

/** `added li ×3 in #list "Milk"`, `attribute class of #cart = "open"`, `text of #total "3 items"`. */
function changeText(what: string, element: string, name: string, text: string, count: string): string {
  const times = Number(count) > 1 ? ` ×${count}` : '';
  if (what === 'more') return `${count} more changes`;
  if (what === 'attribute') return `attribute ${name}${times} of ${element} = "${text}"`;
  const said = text === '' ? '' : ` "${text}"`;
  return what === 'text' ? `text${times} of ${element}${said}` : `${what} ${name}${times} in ${element}${said}`;
}
