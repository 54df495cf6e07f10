/** `key=value` words of a command line as a tool's arguments. */
import { Fault } from '../text/fault.ts';

export interface ToolWords {
  readonly parameters: Record<string, unknown>;
  readonly json: boolean;
}

/** A JSON Schema property, as far as it says how a word is to be read. */
interface PropertySchema {
  readonly type?: string;
  readonly anyOf?: readonly PropertySchema[];
}

/**
 * The first word without `=` is the action of a tool that has actions. Values are read as the tool's schema says: numbers,
 * booleans, JSON for lists and objects (a list also as words with commas); what fits nowhere stays text for the tool to refuse.
 */
export function parseWords(words: readonly string[], properties: Readonly<Record<string, unknown>>): ToolWords {
  const parameters: Record<string, unknown> = {};
  let json = false;
  for (const word of words) {
    const at = word.indexOf('=');
    if (word === '--json') json = true;
    else if (at > 0) setParameter(parameters, word.slice(0, at).replace(/^--/, ''), word.slice(at + 1), properties);
    else if ('action' in properties && parameters['action'] === undefined) parameters['action'] = word;
    else
      throw new Fault(
        'invalid_argument',
        `word ${JSON.stringify(word)} is no key=value`,
        'Write parameters as key=value.',
      );
  }
  return { parameters, json };
}

function setParameter(
  parameters: Record<string, unknown>,
  key: string,
  text: string,
  properties: Readonly<Record<string, unknown>>,
): void {
  parameters[key] = readValue(text, asSchema(properties[key]));
}

function readValue(text: string, schema: PropertySchema): unknown {
  const types = schema.anyOf === undefined ? [schema.type] : schema.anyOf.map(({ type }) => type);
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if ((types.includes('integer') || types.includes('number')) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (types.includes('object') || types.includes('array')) {
    const parsed = asJson(text);
    if (parsed !== undefined) return parsed;
  }
  return types.includes('array') && text !== '' ? text.split(',') : text;
}

function asJson(text: string): unknown {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const asSchema = (value: unknown): PropertySchema => (typeof value === 'object' && value !== null ? value : {});
