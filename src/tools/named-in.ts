/** Where in the project stands what a page was served: the address of a resource that did not load, a line of a document. */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { field } from '../proxy/fields.ts';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import type { Exchange } from '../proxy/recorded-exchange.ts';
import type { SourceMaps } from '../proxy/source-map.ts';
import { bodyText } from './exchange-view.ts';
import { placeOf } from './page-view.ts';

export interface Named {
  /** `src/card.ts:12:5`; null when an answer named it that is no file of the project. */
  readonly at: string | null;
  /** `named in /api/products (req_8)`; '' when the place says it. */
  readonly by: string;
}

/** Newest text answers that are looked through. */
const MOST_ANSWERS = 200;
const TEXT = /\b(?:html|javascript|json|css|xml)\b/;
/** Where projects keep the files that they serve as documents. */
const DOCUMENT_FOLDERS = ['', 'public', 'src', 'app', 'static', 'www'];

/** Of what was served before `micros`; null when nothing of it names `path`. */
export async function whereNamed(
  path: string,
  micros: number,
  proxy: ManagedProxy,
  maps: SourceMaps,
): Promise<Named | null> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === '') return null;
  const answers = proxy.log
    .exchanges({ status: (status) => status >= 200 && status < 300 }, proxy.startedAt)
    .filter(({ ended, began, response }) => ended !== null && began < micros && TEXT.test(typeOf(response)))
    .slice(-MOST_ANSWERS);
  for (const answer of answers.reverse()) {
    const at = positionOf(name, bodyText(answer, 'response', proxy.log) ?? '');
    if (at !== null) return namedIn(answer, name, at, proxy, maps);
  }
  return null;
}

interface Position {
  /** From 1, both. */
  readonly line: number;
  readonly column: number;
}

async function namedIn(
  answer: Exchange,
  name: string,
  at: Position,
  proxy: ManagedProxy,
  maps: SourceMaps,
): Promise<Named> {
  const { target, id, response } = answer;
  const url = target.split('?', 1)[0] ?? '';
  const by = `named in ${url} (req_${id})`;
  const type = typeOf(response);
  if (/javascript/.test(type)) {
    const frame = await maps.mapPlace(`http://localhost:${proxy.port}${target}`, at.line, at.column);
    return frame.own ? { at: placeOf(frame), by: '' } : { at: null, by };
  }
  const place = /html/.test(type) ? await placeInProject(url, name, proxy.path) : null;
  return place === null ? { at: null, by } : { at: place, by: '' };
}

/** Dev servers add lines to a document, so that a place in it is one of the project's own file. */
async function placeInProject(url: string, name: string, project: string): Promise<string | null> {
  for await (const { file, text } of documentFiles(url, project)) {
    const at = positionOf(name, text);
    if (at !== null) return `${file}:${at.line}:${at.column}`;
  }
  return null;
}

/** `index.html:12:5` for a place in a served document, such as an inline script's: the project's only line that reads the same. */
export async function placeOfLine(
  url: string,
  { line, column }: Position,
  proxy: ManagedProxy,
): Promise<string | null> {
  const served = proxy.log
    .exchanges({ status: (status) => status >= 200 && status < 300 }, proxy.startedAt)
    .findLast(({ target, response }) => target.split('?', 1)[0] === url && /html/.test(typeOf(response)));
  const text = served === undefined ? null : bodyText(served, 'response', proxy.log);
  const given = text?.split('\n')[line - 1] ?? '';
  const wanted = given.trim();
  if (wanted === '') return null;
  for await (const { file, text } of documentFiles(url, proxy.path)) {
    const same = text.split('\n').flatMap((one, at) => (one.trim() === wanted ? [{ one, line: at + 1 }] : []));
    const [first] = same;
    if (first !== undefined && same.length === 1)
      return `${file}:${first.line}:${Math.max(1, column + first.one.indexOf(wanted) - given.indexOf(wanted))}`;
  }
  return null;
}

/** Files of the project that may be the document of that path. */
async function* documentFiles(url: string, project: string): AsyncGenerator<{ file: string; text: string }> {
  const name = url.endsWith('/') ? `${url}index.html` : url.endsWith('.html') ? url : `${url}.html`;
  for (const folder of DOCUMENT_FOLDERS) {
    const path = join(project, folder, name);
    const file = relative(project, path);
    if (file.startsWith('..')) return;
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text !== null) yield { file, text };
  }
}

/** First place of `name` as a whole word of an address. */
function positionOf(name: string, text: string): Position | null {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const isWhole = !/[\w.-]/.test(text[at - 1] ?? ' ') && !/[\w.-]/.test(text[at + name.length] ?? ' ');
    if (!isWhole) continue;
    const before = text.slice(0, at);
    return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
  }
  return null;
}

const typeOf = (response: Exchange['response']): string => field(response, 'content-type') ?? '';
