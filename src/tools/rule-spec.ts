/** What becomes of a rule that a user wrote for `proxy rules`: what it matches, what it does, and how it is shown. */
import type { Act, Answer, Edits, Match } from '../proxy/shape/rule.ts';
import type { RuleSpec } from '../proxy/shape/rule-book.ts';
import { ACTIONS, type MessagesInput, type PatchInput, type RuleInput } from './rule-input.ts';
import { ownSpec } from './rule-parts.ts';

/** `file`: a path that has been checked, and the directory that it has to stay in. */
export function ruleSpec(
  input: RuleInput,
  file: { path: string; root: string } | null,
  target: string | null,
): RuleSpec {
  const { order, match } = input;
  const { probability, ...rest } = match;
  const { respond, ...others } = input;
  const body = respond?.body ?? respond?.base64;
  const size = body === undefined ? null : typeof body === 'string' ? body.length : JSON.stringify(body).length;
  return {
    ...ownSpec(input),
    order,
    match: matchOf(match),
    acts: actsOf(input, file, target),
    shown: {
      match: probability === 1 ? rest : match,
      does: Object.fromEntries(
        ACTIONS.filter((action) => input[action] !== undefined).map((action) => [
          action,
          action === 'respond'
            ? { status: respond?.status, file: respond?.file ?? null, body_characters: size }
            : others[action],
        ]),
      ),
    },
  };
}

function matchOf({
  method,
  methods,
  url,
  path,
  url_pattern,
  headers,
  body,
  type,
  nth,
  probability,
}: RuleInput['match']): Match {
  const named = [...(method === undefined ? [] : [method]), ...(methods ?? [])];
  return {
    methods: named.length === 0 ? null : named,
    url: url ?? null,
    path: path ?? null,
    urlPattern: url_pattern ?? null,
    headers: Object.entries(headers ?? {}).map(([name, pattern]) => [
      name.toLowerCase(),
      pattern === true ? null : pattern,
    ]),
    body: body ?? null,
    types: type === undefined ? null : typeof type === 'string' ? [type] : type,
    nth: nth ?? null,
    probability,
  };
}

function actsOf(input: RuleInput, file: { path: string; root: string } | null, target: string | null): Act[] {
  const { respond, modify, delay_ms, abort, throttle, messages } = input;
  const acts: Act[] = [];
  if (delay_ms !== undefined) acts.push({ do: 'delay', ...span(delay_ms), jitter: 0 });
  if (modify?.request !== undefined)
    acts.push({ do: 'request', url: modify.request.url ?? null, edits: editsOf(modify.request) });
  if (modify?.response !== undefined)
    acts.push({ do: 'response', status: modify.response.status ?? null, edits: editsOf(modify.response) });
  if (throttle !== undefined)
    acts.push({ do: 'pace', bytesPerMs: throttle.bytes_per_second / 1_000, chunk: throttle.chunk_size });
  if (target !== null) acts.push({ do: 'target', url: target });
  if (messages !== undefined) acts.push(messagesAct(messages));
  if (respond !== undefined) acts.push({ do: 'answer', answer: answerOf(respond, file) });
  if (abort === 'hang') acts.push({ do: 'hold' });
  else if (abort !== undefined) acts.push({ do: 'cut', how: abort === 'close' ? 'close' : 'reset' });
  return acts;
}

const span = (delay: number | readonly [number, number]): { min: number; max: number } =>
  typeof delay === 'number' ? { min: delay, max: delay } : { min: delay[0], max: delay[1] };

function editsOf({
  headers,
  json_patch,
}: {
  headers?: Record<string, string | null> | undefined;
  json_patch?: PatchInput | undefined;
}): Edits {
  return {
    fields: Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    patch: json_patch ?? [],
  };
}

function messagesAct({ direction, pattern, drop, cut, delay_ms, probability }: MessagesInput): Act {
  const verdict =
    drop === true
      ? { do: 'drop' as const }
      : cut === true
        ? { do: 'cut' as const }
        : { do: 'delay' as const, ...span(delay_ms ?? 0), jitter: 0 };
  return { do: 'messages', direction, pattern: pattern ?? null, verdict, probability };
}

function answerOf(respond: NonNullable<RuleInput['respond']>, file: { path: string; root: string } | null): Answer {
  const { status, headers, body, base64, template } = respond;
  const pairs = Array.isArray(headers) ? headers : Object.entries(headers);
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  const isTyped = pairs.some(([name]) => name.toLowerCase() === 'content-type');
  const type =
    file !== null ? typeOfFile(file.path) : text === null ? null : typeOfText(text, typeof body !== 'string');
  const fields = [...pairs.flat(), ...(isTyped || type === null ? [] : ['Content-Type', type])];
  if (file !== null) return { statuses: [status], fields, body: { kind: 'file', ...file } };
  if (template && text !== null) return { statuses: [status], fields, body: { kind: 'template', text } };
  const bytes = base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64');
  return { statuses: [status], fields, body: { kind: 'bytes', bytes: new Uint8Array(bytes) } };
}

function typeOfText(text: string, isValue: boolean): string {
  if (isValue || /^\s*[[{]/.test(text)) return 'application/json';
  return /^\s*<(?:!doctype html|html)\b/i.test(text) ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8';
}

const FILE_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  xml: 'application/xml',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
};
const typeOfFile = (path: string): string =>
  FILE_TYPES[/\.(\w{1,8})$/.exec(path)?.[1]?.toLowerCase() ?? ''] ?? 'application/octet-stream';
