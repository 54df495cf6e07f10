/** A request as rules change it on its way to the target. */
import { field } from '../fields.ts';
import type { RequestHead } from '../http1.ts';
import { editedFields, headBytes, unframed } from './edited-fields.ts';
import { applyPatch } from './json-patch.ts';
import type { Plan } from './plan.ts';

/** Whether its body has to be whole before it goes on. */
export const wantsRequestBody = ({ request }: Plan): boolean => request.some(({ edits }) => edits.patch.length > 0);

/** Null: as it came. `body` null: the body as it came. */
export function requestBytes(
  head: RequestHead,
  plan: Plan,
  body: Buffer | null,
  note: (words: string) => void,
): { readonly head: Buffer; readonly body: Buffer | null } | null {
  if (plan.request.length === 0 && plan.messages.length === 0) return null;
  const target = plan.request.reduce((so, { url }) => url ?? so, head.target);
  let fields = plan.request.reduce((so, { edits }) => editedFields(so, edits.fields), [...head.fields]);
  // Messages that are dropped out of a compressed stream would spoil the others.
  if (plan.messages.length > 0) fields = editedFields(fields, [['sec-websocket-extensions', null]]);
  const changed =
    wantsRequestBody(plan) && body !== null && body.length > 0 ? changedBody(head, plan, body, note) : null;
  if (changed !== null) fields = [...unframed(fields), 'Content-Length', String(changed.length)];
  return { head: headBytes(`${head.method} ${target} HTTP/1.1`, fields), body: changed };
}

function changedBody(head: RequestHead, plan: Plan, body: Buffer, note: (words: string) => void): Buffer | null {
  if (field(head.fields, 'content-encoding') !== null) {
    note('the request is encoded');
    return null;
  }
  try {
    let value: unknown = JSON.parse(body.toString('utf8'));
    for (const { edits } of plan.request) {
      const patched = applyPatch(value, edits.patch);
      if (patched.kind === 'patched') value = patched.value;
      else note(patched.why);
    }
    return Buffer.from(JSON.stringify(value));
  } catch (error) {
    note(`the request cannot be patched: ${error instanceof Error ? error.message.slice(0, 100) : ''}`);
    return null;
  }
}
