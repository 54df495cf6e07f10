/** Waiting for a process to be ready, to say something, to listen, to answer or to end: woken by changes, never polling output. */
import type { Patterns } from '../patterns/patterns.ts';
import { Fault } from '../text/fault.ts';
import type { Changes } from './changes.ts';
import type { Clock } from './clock.ts';
import type { Condition } from './condition.ts';
import { isLive } from './machine.ts';
import type { ManagedProcess } from './managed-process.ts';
import { outputSearch } from './output-search.ts';
import { servingPort } from './server-address.ts';

/** As results show it: `{for, ok, ms, match}`. */
export interface Waited {
  readonly for: string;
  readonly ok: boolean;
  readonly ms: number;
  /** The line, URL or port that settled it; null when nothing did. */
  readonly match: string | null;
  /** `timeout`, or the end of the process when that came first; null when it is ok. */
  readonly reason: 'timeout' | 'ended' | null;
  /** What the last look at an address has found, such as `status 503`; null for other waits, and where it is ok. */
  readonly seen: string | null;
}

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Output before this position does not count; null: what the present run has written. */
  readonly after: number | null;
  /** Told about once a second what is being waited for; null: nobody asked. */
  readonly progress: ((message: string) => void) | null;
}

/** What came of a GET: the status, null without an answer; and in words. */
export interface HttpAnswer {
  readonly status: number | null;
  readonly words: string;
}

export type HttpStatus = (url: string, withinMs: number, signal: AbortSignal) => Promise<HttpAnswer>;

export interface WaitTools {
  readonly clock: Clock;
  readonly changes: Changes;
  readonly patterns: Patterns;
  readonly httpStatus: HttpStatus;
  /** Whether a line for the shell, run beside the process, ends with 0. */
  readonly succeeds: (managed: ManagedProcess, line: string, signal: AbortSignal) => Promise<boolean>;
}

interface LookTools extends WaitTools {
  /** What was found, and is not what is waited for. */
  saw(words: string): void;
}

/** What one look found: settled with a match, hopeless, or not yet. */
type Look = { readonly ok: boolean; readonly match: string | null } | null;

const PROGRESS_EVERY_MS = 1_000;
/** Between two looks at an HTTP server, which wakes nobody by itself. */
const HTTP_EVERY_MS = 100;
/** Between two tries of a command; each costs a process. */
const EXEC_EVERY_MS = 1_000;
/** After the first sign of readiness the other facts (URL, port, first lines) get so long to come in. */
const SETTLE_MS = 300;

export async function waitFor(
  managed: ManagedProcess,
  condition: Condition,
  options: WaitOptions,
  tools: WaitTools,
): Promise<Waited> {
  const startedAt = tools.clock.micros();
  const elapsed = () => Math.round((tools.clock.micros() - startedAt) / 1000);
  let told = 0;
  let wasOver = false;
  let seen: string | null = null;
  const looks: LookTools = {
    ...tools,
    saw(words) {
      seen = words;
    },
  };
  const failed = (reason: 'timeout' | 'ended'): Waited => ({
    for: condition.kind,
    ok: false,
    ms: elapsed(),
    match: null,
    reason,
    seen,
  });
  const declared = condition.kind === 'ready' ? managed.request.readiness : null;
  const look =
    declared === null ? looker(managed, condition, options, looks) : declaredLook(managed, declared, options, looks);
  for (;;) {
    if (options.signal.aborted)
      throw new Fault('cancelled', `waiting for ${condition.kind} was cancelled`, 'The process was left as it is.');
    const ticket = tools.changes.ticket();
    const hasChanged = managed.news();
    const isOver = !isLive(managed.state());
    // Its thread may be about to restart it: that takes it a moment after the end.
    const ended = isOver && (wasOver || managed.request.spec.restart === 'never');
    wasOver = isOver;
    const found = await look(Math.max(1, options.timeoutMs - elapsed()));
    if (found !== null) {
      if (condition.kind === 'ready' && found.ok) await settle(managed, options.signal, tools);
      if (!found.ok) return { ...failed('ended'), match: found.match };
      return { for: condition.kind, ok: true, ms: elapsed(), match: found.match, reason: null, seen: null };
    }
    if (ended) return failed('ended');
    const left = options.timeoutMs - elapsed();
    if (left <= 0) return failed('timeout');
    if (options.progress !== null && elapsed() - told >= PROGRESS_EVERY_MS) {
      told = elapsed();
      options.progress(`waiting for ${managed.id}: ${condition.kind}, ${Math.round(told / 1000)} s`);
    }
    const pause = isOver ? RESTART_KNOWN_MS : (PAUSE_MS[(declared ?? condition).kind] ?? LONGEST_PAUSE_MS);
    const soonest = Math.min(left, pause, options.progress === null ? left : PROGRESS_EVERY_MS);
    await tools.changes.next(ticket, soonest, options.signal, hasChanged);
  }
}

/** Whether an ended process is restarted is known so long after its end. */
const RESTART_KNOWN_MS = 50;
/** What wakes nobody by itself is looked at so often. */
const PAUSE_MS: Partial<Record<Condition['kind'], number>> = { http: HTTP_EVERY_MS, exec: EXEC_EVERY_MS };
/** What wakes is looked at so often all the same: thousands that look each second would cost half a processor. */
const LONGEST_PAUSE_MS = 5_000;

/**
 * As a config declares it, anew for each run: what an earlier one has said makes this one not ready. An end that is waited for must
 * be a good one.
 */
function declaredLook(
  managed: ManagedProcess,
  declared: Condition,
  options: WaitOptions,
  tools: LookTools,
): (leftMs: number) => Promise<Look> {
  if (declared.kind === 'exit')
    return async () => (isLive(managed.state()) ? null : { ok: managed.state() === 'stopped', match: null });
  let current: { readonly run: number; look(leftMs: number): Promise<Look> } | null = null;
  return async (leftMs) => {
    const { run, state } = managed.snapshot();
    // Where its output begins is known once it runs.
    if (state === 'pending' || state === 'starting') return null;
    if (current?.run !== run) current = { run, look: looker(managed, declared, options, tools) };
    const found = await current.look(leftMs);
    if (found?.ok) {
      managed.readyRun = run;
      tools.changes.announce();
    }
    return found;
  };
}

function looker(
  managed: ManagedProcess,
  condition: Condition,
  options: WaitOptions,
  tools: LookTools,
): (leftMs: number) => Promise<Look> {
  switch (condition.kind) {
    case 'none':
      return async () => ({ ok: true, match: null });
    case 'exit':
      return async () => (isLive(managed.state()) ? null : { ok: true, match: null });
    case 'ready':
      return async () => readiness(managed);
    case 'port':
      return async () =>
        managed.facts.ports.includes(condition.port) ? { ok: true, match: String(condition.port) } : null;
    case 'text':
    case 'regex': {
      const search = outputSearch(managed, condition, options.after, tools.patterns);
      return async () => {
        const line = await search();
        return line === null ? null : { ok: true, match: line };
      };
    }
    case 'http':
      return async (leftMs) => {
        const { status, words } = await tools.httpStatus(condition.url, leftMs, options.signal);
        if (status !== null && status < 500) return { ok: true, match: `${condition.url} ${status}` };
        // A look that the end of the wait has cut short says less than the one before.
        if (status !== null || leftMs >= HTTP_EVERY_MS) tools.saw(words);
        return null;
      };
    case 'exec':
      return execLook(managed, condition.line, options, tools);
  }
}

/** Tried at most once a second, however often it is asked: each costs a process. */
function execLook(managed: ManagedProcess, line: string, options: WaitOptions, tools: WaitTools): () => Promise<Look> {
  let next = 0;
  return async () => {
    if (tools.clock.micros() < next || !isLive(managed.state())) return null;
    const succeeded = await tools.succeeds(managed, line, options.signal);
    next = tools.clock.micros() + EXEC_EVERY_MS * 1_000;
    return succeeded ? { ok: true, match: line } : null;
  };
}

/** The first of a URL in the output, a port that the tree listens on, and the end. */
function readiness(managed: ManagedProcess): Look {
  if (!isLive(managed.state())) return { ok: managed.state() === 'stopped', match: null };
  const match = managed.facts.urls[0] ?? servingPort(managed.facts);
  return match === undefined ? null : { ok: true, match: String(match) };
}

async function settle(managed: ManagedProcess, signal: AbortSignal, { clock, changes }: WaitTools): Promise<void> {
  const until = clock.micros() + SETTLE_MS * 1000;
  const complete = () => managed.facts.urls.length > 0 && servingPort(managed.facts) !== undefined;
  while (!signal.aborted) {
    const ticket = changes.ticket();
    const left = (until - clock.micros()) / 1000;
    if (complete() || !isLive(managed.state()) || left <= 0) return;
    await changes.next(ticket, left, signal);
  }
}
