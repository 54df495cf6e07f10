/** `proxy exec`: code run in a page, as the person's own browser runs it. */
import { asyncBody } from '../proxy/exec-code.ts';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import type { RunEnd } from '../proxy/page-runs.ts';
import type { Page } from '../proxy/pages.ts';
import { tidyStack } from '../proxy/stack.ts';
import { Fault } from '../text/fault.ts';
import { noPage } from './no-page.ts';
import { pageNamed } from './page-named.ts';
import { fitToShow } from './page-text.ts';
import { placeOf } from './page-view.ts';
import type { Call, ToolResult } from './tool.ts';
import type { Workbench } from './workbench.ts';

type ExecAnswer = Extract<RunEnd, { kind: 'answered' }>['answer'];

export interface ExecInput {
  readonly code: string;
  readonly page: string | undefined;
  readonly timeout_ms: number;
  readonly reveal: boolean;
}

/** More characters of JSON than this go to a file. */
const MOST_CHARACTERS = 20_000;

export async function execute(
  proxy: ManagedProxy,
  input: ExecInput,
  call: Call,
  workbench: Workbench,
): Promise<ToolResult> {
  const body = asyncBody(input.code);
  const page = pageFor(proxy, input.page);
  const end = await workbench.proxies.exec(proxy, {
    page: page.number,
    code: body,
    given: input.code,
    timeoutMs: input.timeout_ms,
    signal: call.signal,
  });
  const id = `page_${page.number}`;
  if (end.kind === 'answered') return answered(end.answer, id, proxy, input, workbench);
  if (end.kind === 'gone') throw noPage(proxy, `${id} was left or closed before it answered`);
  if (end.kind === 'cancelled')
    throw new Fault('cancelled', `the run in ${id} was cancelled`, 'It may have taken effect.');
  throw new Fault(
    'timeout',
    `${id} did not answer within timeout_ms=${input.timeout_ms}`,
    'It may still run: a background tab is slow, and a dialog or a loop holds a page up.',
    {
      page: id,
      timeout_ms: input.timeout_ms,
    },
  );
}

export function pageFor(proxy: ManagedProxy, id: string | undefined): Page {
  if (id === undefined) {
    const current = proxy.pages.current();
    if (current !== null) return current;
    throw noPage(proxy, 'no page is open');
  }
  const page = pageNamed(proxy, id, 'page');
  if (!page.active) throw noPage(proxy, `page_${page.number} is closed`);
  return page;
}

async function answered(
  answer: ExecAnswer,
  page: string,
  proxy: ManagedProxy,
  input: ExecInput,
  workbench: Workbench,
): Promise<ToolResult> {
  const hide = input.reveal ? (text: string) => text : workbench.redact;
  const redact = (text: string) => hide(tidyStack(text));
  const lines = fitToShow(answer.console, redact);
  const facts = { page, type: answer.type, duration_ms: answer.ms, console: lines, truncated: answer.cut };
  if (!answer.ok) return thrown(answer, facts, proxy, redact, workbench);
  // What is long goes to a file as a whole, however long its lines are.
  const value = fitToShow(answer.value, redact, Number.POSITIVE_INFINITY);
  const text = JSON.stringify(value);
  const note = answer.type === 'undefined' && returnsNothing(input.code) ? NO_RETURN : null;
  if (text.length <= MOST_CHARACTERS) return { kind: 'data', value: { value, ...facts, note, value_file: null } };
  const value_file = workbench.saveLarge(Buffer.from(text), 'json');
  return { kind: 'data', value: { value: null, ...facts, note, value_file, value_bytes: Buffer.byteLength(text) } };
}

/** Statements whose last one looks like a value, as in a console. */
const NO_RETURN = 'These statements return nothing: put return before what is wanted.';
const returnsNothing = (code: string): boolean => code.trim() !== '' && !/\breturn\b/.test(asyncBody(code));

async function thrown(
  answer: ExecAnswer,
  facts: Record<string, unknown>,
  proxy: ManagedProxy,
  redact: (text: string) => string,
  workbench: Workbench,
): Promise<ToolResult> {
  const error = typeof answer.value === 'object' && answer.value !== null ? answer.value : {};
  const message = String(fitToShow(Reflect.get(error, 'message') ?? '', redact));
  const frames = await workbench.sourceMaps(proxy).mapStack(tidyStack(String(Reflect.get(error, 'stack') ?? '')));
  const stack = frames.map((frame) => `${frame.name || '(top)'} ${placeOf(frame)}`);
  const said = answer.type === message ? message : `${answer.type}: ${message}`;
  const where = stack.length === 0 ? '' : `\n  at ${stack.join('\n  at ')}`;
  return {
    kind: 'data',
    value: { error: 'exec_failed', message: said, stack, ...facts },
    failed: `exec_failed: the code threw ${said}${where}. Mend the code, or look at currentpage get.`,
  };
}
