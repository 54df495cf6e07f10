/** Arguments of a call against a tool's schema; what is wrong is said with the names that are right. */
import type * as z from 'zod';
import { Fault } from '../text/fault.ts';
import { nearNames } from '../text/near.ts';
import type { Tool } from './tool.ts';

type Issue = z.core.$ZodIssue;

/** Throws `invalid_argument`; the values are as given, since `run` parses them again with its defaults. */
export function checkArguments(tool: Tool, given: unknown): Record<string, unknown> {
  if (isDeep(given)) throw refused(tool, undefined, '', `arguments are nested more than ${MOST_DEPTH} deep`);
  const values = asObject(tool, given);
  checkAction(tool, values);
  checkNames(tool, values);
  const parsed = tool.input.safeParse(values);
  if (parsed.success) return values;
  const issue = parsed.error.issues[0];
  const { action } = values;
  throw issue === undefined
    ? refused(tool, action, '', 'arguments are not as the schema says')
    : explain(tool, issue, values);
}

/** Beyond it a value is noise, and whoever goes through it by recursion ends. */
const MOST_DEPTH = 200;

function isDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_DEPTH) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}

function asObject(tool: Tool, given: unknown): Record<string, unknown> {
  if (given === undefined || given === null) return {};
  if (typeof given === 'object' && !Array.isArray(given)) return { ...given };
  throw refused(tool, undefined, '', 'arguments must be an object');
}

function checkAction(tool: Tool, values: Record<string, unknown>): void {
  if (tool.actions === undefined) return;
  const actions = Object.keys(tool.actions);
  const { action } = values;
  if (typeof action === 'string' && actions.includes(action)) return;
  const said = action === undefined ? 'action is missing' : `action=${shown(action)} is unknown`;
  const hint = `Use one of: ${actions.join(', ')}.${guess(action, actions)}`;
  throw new Fault('invalid_argument', `${said} for ${tool.name}`, hint, {
    parameter: 'action',
    valid: actions,
  });
}

/** ` Did you mean status?`, where somebody may have. */
export function guess(given: unknown, valid: readonly string[]): string {
  const near = typeof given === 'string' ? nearNames(given, valid)[0] : undefined;
  return near === undefined ? '' : ` Did you mean ${near}?`;
}

/** Parameters that the action takes, or all of the tool's. */
export function parametersOf(tool: Tool, action: unknown): readonly string[] {
  const all = Object.keys(tool.input.shape);
  if (tool.actions === undefined || typeof action !== 'string') return all;
  return ['action', ...(tool.actions[action] ?? [])];
}

function checkNames(tool: Tool, values: Record<string, unknown>): void {
  const valid = parametersOf(tool, values['action']);
  const unknown = Object.keys(values).find((name) => !valid.includes(name));
  if (unknown === undefined) return;
  const where = tool.actions === undefined ? tool.name : `${tool.name} ${String(values['action'])}`;
  throw new Fault(
    'invalid_argument',
    `parameter ${shown(unknown)} is unknown for ${where}`,
    `Valid: ${valid.join(', ')}.${guess(unknown, valid)}`,
    { parameter: unknown.slice(0, 80), valid },
  );
}

function explain(tool: Tool, issue: Issue, values: Record<string, unknown>): Fault {
  const parameter = issue.path.map(String).join('.');
  const given = issue.path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    values,
  );
  const said = given === undefined ? `${parameter} is missing` : `${parameter}=${shown(given)}: ${issue.message}`;
  const near = issue.code === 'invalid_value' ? guess(given, issue.values.map(String)) : '';
  return refused(tool, values['action'], parameter, said, near);
}

function refused(tool: Tool, action: unknown, parameter: string, said: string, near = ''): Fault {
  const where = tool.actions === undefined || action === undefined ? tool.name : `${tool.name} ${String(action)}`;
  const hint = `Parameters of ${where}: ${parametersOf(tool, action).join(', ')}.${near}`;
  return new Fault('invalid_argument', said, hint, { parameter });
}

/** A value as it may stand in an error: JSON, cut. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}
