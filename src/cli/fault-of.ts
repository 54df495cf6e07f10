/** A result that is an error, as the fault that it was. */
import { FAULT_CODES, Fault } from '../text/fault.ts';
import { asText } from './record.ts';
import type { ToolAnswer } from './session.ts';

export function faultOf({ data, text }: ToolAnswer): Fault {
  const { error, message, hint, ...values } = data ?? {};
  const code = FAULT_CODES.find((known) => known === error) ?? 'internal';
  return new Fault(code, asText(message) || text, asText(hint) || 'See devtool-mcp doctor.', values);
}
