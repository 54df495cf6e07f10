/** Answers that take something from their request: `{{query.page}}` and the like, spelled for what the answer is. */
import { type Fields, field } from '../fields.ts';

export interface TemplateFacts {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly fields: Fields;
  /** First bytes of the body, as text. */
  readonly body: string;
  /** The how-manieth answer of its rule this is. */
  readonly count: number;
  readonly iso: string;
  /** In [0, 1). */
  readonly random: number;
}

const PLACE = /\{\{ {0,8}([a-z]{1,20})(?:\.([^\s{}]{1,200}))? {0,8}\}\}/g;
const NAMES = ['method', 'url', 'path', 'query', 'header', 'body', 'json', 'count', 'now', 'random'];
/** Of what an answer becomes. */
const MOST_CHARACTERS = 4_000_000;

/** Places that no request can fill, for an error. */
export function unknownPlaces(text: string): string[] {
  const found = [...text.matchAll(/\{\{([^{}]{0,220})\}\}/g)].map((match) => (match[1] ?? '').trim());
  return found.filter((place) => {
    const [name = '', ...rest] = place.split('.');
    const needsMore = ['query', 'header', 'json'].includes(name);
    return !NAMES.includes(name) || needsMore === (rest.length === 0 || rest[0] === '');
  });
}

/** `type`: of the answer; within JSON and HTML what is put in cannot become anything but text. */
export function filled(text: string, facts: TemplateFacts, type: string): string {
  const spelled = spellingFor(type);
  let left = MOST_CHARACTERS - text.length;
  return text.replace(PLACE, (_, name: string, rest: string | undefined) => {
    const value = spelled(placed(name, rest ?? '', facts)).slice(0, Math.max(0, left));
    left -= value.length;
    return value;
  });
}

function spellingFor(type: string): (text: string) => string {
  if (/\bjson\b/i.test(type)) return (text) => JSON.stringify(text).slice(1, -1);
  if (/\b(?:html|xml|svg)\b/i.test(type))
    return (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return (text) => text;
}

function placed(name: string, rest: string, facts: TemplateFacts): string {
  const [path = '', query = ''] = split(facts.target);
  switch (name) {
    case 'method':
      return facts.method;
    case 'url':
      return facts.target;
    case 'path':
      return path;
    case 'query':
      return new URLSearchParams(query).get(rest) ?? '';
    case 'header':
      return field(facts.fields, rest.toLowerCase()) ?? '';
    case 'body':
      return facts.body;
    case 'json':
      return memberOf(facts.body, rest);
    case 'count':
      return String(facts.count);
    case 'now':
      return facts.iso;
    case 'random':
      return String(Math.floor(facts.random * 1_000_000));
    default:
      return '';
  }
}

function split(target: string): [string, string] {
  const at = target.indexOf('?');
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

/** `user.name` of a JSON body; '' for what is not there. */
function memberOf(body: string, path: string): string {
  try {
    const value = path
      .split('.')
      .reduce<unknown>(
        (holder, step) =>
          typeof holder === 'object' && holder !== null && Object.hasOwn(holder, step)
            ? Reflect.get(holder, step)
            : undefined,
        JSON.parse(body),
      );
    return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  } catch {
    return '';
  }
}
