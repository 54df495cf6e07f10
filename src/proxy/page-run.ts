/** One run of code in a page, from its request to its end. Control thread. */
import type { ManagedProxy } from './managed-proxy.ts';
import type { RunEnd } from './page-runs.ts';

export interface PageRun {
  readonly page: number;
  /** Body of an async function. */
  readonly code: string;
  /** As it was asked for, for the log. */
  readonly given: string;
  /** Its name, which no page guesses. */
  readonly run: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

interface Timer {
  after(ms: number, run: () => void): { cancel(): void };
}

export async function runInPage(
  proxy: ManagedProxy,
  { page, code, given, run, timeoutMs, signal }: PageRun,
  clock: Timer,
): Promise<RunEnd> {
  const { link } = proxy;
  if (link === null) return { kind: 'gone' };
  let timer = { cancel() {} };
  const timeout = new Promise<void>((resolve) => {
    timer = clock.after(timeoutMs, resolve);
  });
  const end = proxy.runs.wait(run, page, timeout, signal);
  const isOpen = await link.call<'exec'>({ call: 'exec', page, run, code }).catch(() => false);
  if (!isOpen) proxy.runs.gone(page);
  const ended = await end;
  timer.cancel();
  if (ended.kind !== 'answered') void link.call<'forget'>({ call: 'forget', run }).catch(() => {});
  await link.call<'executed'>({ call: 'executed', page, facts: logged(given, ended) }).catch(() => {});
  return ended;
}

const LONGEST_LOGGED = 2_000;

function logged(given: string, end: RunEnd): Record<string, unknown> {
  const code = given.slice(0, LONGEST_LOGGED);
  if (end.kind !== 'answered') return { code, outcome: end.kind, ms: null, said: '' };
  const { ok, type, value, ms } = end.answer;
  const said = `${type} ${JSON.stringify(value) ?? ''}`.slice(0, LONGEST_LOGGED);
  return { code, outcome: ok ? 'ok' : 'threw', ms: Math.round(ms), said };
}
