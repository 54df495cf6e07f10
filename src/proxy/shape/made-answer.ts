/** An answer that a rule makes itself, as the bytes that a target would have sent. */

import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { sep } from 'node:path';
import { type Fields, field } from '../fields.ts';
import { headBytes, unframed } from './edited-fields.ts';
import type { Plan } from './plan.ts';
import type { Answer } from './rule.ts';
import { filled, type TemplateFacts } from './template.ts';

export const MOST_FILE = 8_000_000;
const BODILESS = new Set([204, 205, 304]);

/** What a template may take from it. */
export type AnsweredRequest = Pick<TemplateFacts, 'method' | 'target' | 'fields' | 'body'>;

/** Never rejects: a file that cannot be had is a 502 that says so. `iso`: now. */
export async function madeAnswer(
  { status, answer, by }: NonNullable<Plan['answer']>,
  request: AnsweredRequest,
  iso: string,
): Promise<Buffer> {
  const isHead = request.method === 'HEAD';
  const random = answer.body.kind === 'template' ? by.draw() : 0;
  const facts = { ...request, count: by.applied, iso, random };
  if (answer.body.kind !== 'file') return whole(status, answer.fields, bodyOf(answer, facts), isHead);
  try {
    return whole(status, answer.fields, await readWithin(answer.body.path, answer.body.root), isHead);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const text = `devtool-mcp: rule ${by.rule.id} cannot give its file: ${why}\n`;
    return whole(502, PLAIN, Buffer.from(text), isHead);
  }
}

function bodyOf({ body, fields }: Answer, facts: TemplateFacts): Uint8Array {
  if (body.kind === 'bytes') return body.bytes;
  return body.kind === 'template'
    ? Buffer.from(filled(body.text, facts, field(fields, 'content-type') ?? ''))
    : NOTHING;
}

const NOTHING = Buffer.alloc(0);
const PLAIN = ['Content-Type', 'text/plain; charset=utf-8', 'Cache-Control', 'no-store'];

function whole(status: number, given: Fields, body: Uint8Array, isHead: boolean): Buffer {
  const isBodiless = BODILESS.has(status);
  const fields = isBodiless ? unframed(given) : [...unframed(given), 'Content-Length', String(body.length)];
  const head = headBytes(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, fields);
  return isBodiless || isHead ? head : Buffer.concat([head, body]);
}

/** Whether a real path is in a directory, which is a real path too. */
export const isWithin = (path: string, root: string): boolean =>
  path.startsWith(root.endsWith(sep) ? root : root + sep);

/** Looked at anew each time: a link may have come in between. */
async function readWithin(path: string, root: string): Promise<Buffer> {
  const real = await realpath(path);
  if (!isWithin(real, root)) throw new Error(`${path} leads out of ${root}`);
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const about = await file.stat();
    if (!about.isFile()) throw new Error(`${path} is no file`);
    if (about.size > MOST_FILE) throw new Error(`${path} has ${about.size} bytes, more than ${MOST_FILE}`);
    const bytes = Buffer.alloc(about.size);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
