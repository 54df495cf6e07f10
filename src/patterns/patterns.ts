/**
 * Users' regular expressions, run in a warm thread with a deadline. JavaScript's engine backtracks, so `^(a+)+$` can take for
 * ever on 31 characters: such a pattern's thread is ended, a spare one takes its place, and the answer names the pattern.
 */
import type { Answer, Job, Verdict } from './job.ts';
import { openThread, type Thread } from './thread.ts';

export interface PatternsOptions {
  /** The built worker.ts: a worker thread takes no TypeScript on Node 20. */
  readonly workerUrl: URL | string;
  readonly clock: { readonly after: (ms: number, run: () => void) => { readonly cancel: () => void } };
  /** How long one pattern may run over all of its texts. */
  readonly deadlineMs?: number;
}

export type PatternFailure =
  | { readonly kind: 'invalid'; readonly pattern: string; readonly reason: string }
  | { readonly kind: 'runaway'; readonly pattern: string; readonly deadlineMs: number }
  | { readonly kind: 'too_large'; readonly pattern: string; readonly characters: number; readonly most: number }
  | { readonly kind: 'busy'; readonly pattern: string; readonly waiting: number }
  | { readonly kind: 'lost'; readonly pattern: string; readonly reason: string }
  | { readonly kind: 'closed'; readonly pattern: string };

export type Tested = { readonly kind: 'tested'; readonly matches: readonly boolean[] } | PatternFailure;

export type Found =
  | { readonly kind: 'found'; readonly index: number; readonly match: string; readonly url: string | null }
  | { readonly kind: 'absent' }
  | PatternFailure;

export interface Patterns {
  /** Which of `texts` the pattern matches. `flags`: any of i, m, s, u. */
  readonly test: (pattern: string, texts: readonly string[], flags?: string) => Promise<Tested>;
  /** The first match, with the text's index and what the group `url` holds. */
  readonly find: (pattern: string, texts: readonly string[], flags?: string) => Promise<Found>;
  /** Ends the threads; whoever waits is answered `closed`. */
  readonly close: () => Promise<void>;
}

/** Characters of all texts of one call. */
export const MOST_CHARACTERS = 2 ** 20;
/** Characters of a pattern. */
export const MOST_PATTERN = 5_000;
/** Calls that may wait. */
export const MOST_WAITING = 256;
const SHOWN_PATTERN = 200;

type Outcome = Exclude<Verdict, { kind: 'invalid' | 'exhausted' }> | PatternFailure;

interface Waiting {
  readonly job: Job;
  readonly done: (outcome: Outcome) => void;
}

interface Current {
  readonly waiting: Waiting;
  readonly deadline: { readonly cancel: () => void };
  /** Of the thread, since it was given the job. */
  readonly workedMs: () => number;
  readonly overruns: number;
}

/** On a machine that gives the thread no processor, a job waits so many deadlines to begin. */
const MOST_OVERRUNS = 20;

/** Calls are served one at a time, in their order; each has the whole deadline to itself. */
export function createPatterns({ workerUrl, clock, deadlineMs = 100 }: PatternsOptions): Patterns {
  const queue: Waiting[] = [];
  const ending = new Set<Promise<void>>();
  let thread: Thread | null = null;
  let spare: Thread | null = null;
  let current: Current | null = null;
  let lastId = 0;
  let closed = false;

  const open = (): Thread => {
    const opened: Thread = openThread(workerUrl, {
      ready: () => {
        if (opened === thread) serve();
      },
      answer: (answer) => {
        if (opened === thread) take(answer);
      },
      lost: (reason) => {
        if (opened === spare) spare = null;
        if (opened === thread) replace((pattern) => ({ kind: 'lost', pattern, reason }));
      },
    });
    return opened;
  };

  const serve = (): void => {
    const next = queue[0];
    if (closed || current !== null) return;
    if (next === undefined) {
      thread?.hold(false);
      return;
    }
    thread ??= open();
    thread.hold(true);
    if (!thread.isReady()) return;
    queue.shift();
    current = { waiting: next, deadline: clock.after(deadlineMs, overrun), workedMs: thread.stopwatch(), overruns: 0 };
    thread.post(next.job);
    spare ??= open();
  };

  const finish = (outcome: Outcome): void => {
    const { waiting, deadline } = current ?? {};
    current = null;
    deadline?.cancel();
    waiting?.done(outcome);
    serve();
  };

  const take = ({ id, verdict }: Answer): void => {
    if (current === null || id !== current.waiting.job.id) return;
    const pattern = shown(current.waiting.job.pattern);
    if (verdict.kind === 'invalid') finish({ ...verdict, pattern });
    else if (verdict.kind === 'exhausted') finish({ kind: 'runaway', pattern, deadlineMs });
    else finish(verdict);
  };

  // Our own loop may have been the slow one: then the answer is there, only not handed on.
  const overrun = (): void => {
    const answer = thread?.takeAnswer() ?? null;
    if (answer !== null) take(answer);
    else if (current !== null && !hasHadItsTime(current)) {
      current = { ...current, deadline: clock.after(deadlineMs, overrun), overruns: current.overruns + 1 };
    } else replace((pattern) => ({ kind: 'runaway', pattern, deadlineMs }));
  };

  const hasHadItsTime = ({ workedMs, overruns }: Current): boolean =>
    overruns >= MOST_OVERRUNS || workedMs() >= deadlineMs / 2;

  /** The thread is of no more use: its job fails, or the one that waits for it to start; the spare goes on with the rest. */
  const replace = (failure: (pattern: string) => PatternFailure): void => {
    end(thread);
    thread = spare;
    spare = null;
    const failed = current?.waiting ?? queue.shift();
    if (failed === undefined) return;
    current ??= { waiting: failed, deadline: { cancel: () => {} }, workedMs: () => 0, overruns: 0 };
    finish(failure(shown(failed.job.pattern)));
  };

  const end = (ended: Thread | null): void => {
    if (ended === null) return;
    const gone: Promise<void> = ended.end().finally(() => ending.delete(gone));
    ending.add(gone);
  };

  const submit = (task: Job['task'], pattern: string, texts: readonly string[], flags: string): Promise<Outcome> => {
    const refusal = refuse(pattern, texts, flags) ?? (closed ? closedFor(pattern) : null);
    if (refusal !== null) return Promise.resolve(refusal);
    if (queue.length >= MOST_WAITING) {
      return Promise.resolve({ kind: 'busy', pattern: shown(pattern), waiting: queue.length });
    }
    lastId += 1;
    const job: Job = { id: lastId, task, ...withFlags(pattern, flags), joined: texts.join(''), ends: endsOf(texts) };
    return new Promise((done) => {
      queue.push({ job, done });
      serve();
    });
  };

  thread = open();
  return {
    test: async (pattern, texts, flags = '') => {
      const outcome = await submit('test', pattern, texts, flags);
      if (outcome.kind === 'tested') return { kind: 'tested', matches: Array.from(outcome.matches, Boolean) };
      return outcome.kind === 'found' || outcome.kind === 'absent' ? mistaken(pattern) : outcome;
    },
    find: async (pattern, texts, flags = '') => {
      const outcome = await submit('find', pattern, texts, flags);
      return outcome.kind === 'tested' ? mistaken(pattern) : outcome;
    },
    close: async () => {
      closed = true;
      const left = [...(current === null ? [] : [current.waiting]), ...queue.splice(0)];
      current?.deadline.cancel();
      current = null;
      end(thread);
      end(spare);
      thread = spare = null;
      for (const { job, done } of left) done(closedFor(job.pattern));
      await Promise.all(ending);
    },
  };
}

function refuse(pattern: string, texts: readonly string[], flags: string): PatternFailure | null {
  if (pattern.length > MOST_PATTERN) {
    return { kind: 'invalid', pattern: shown(pattern), reason: `longer than ${MOST_PATTERN} characters` };
  }
  if (!/^[imsu]*$/.test(flags)) {
    return { kind: 'invalid', pattern: shown(pattern), reason: `flags=${flags} are not of i, m, s, u` };
  }
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  if (characters <= MOST_CHARACTERS) return null;
  return { kind: 'too_large', pattern: shown(pattern), characters, most: MOST_CHARACTERS };
}

/** `(?i)error` as other engines take it, beside JavaScript's own flags. */
function withFlags(pattern: string, flags: string): Pick<Job, 'pattern' | 'flags'> {
  const [inline = '', more = ''] = /^\(\?([ims]{1,3})\)/.exec(pattern) ?? [];
  return {
    pattern: pattern.slice(inline.length),
    flags: flags + [...new Set(more)].filter((flag) => !flags.includes(flag)).join(''),
  };
}

function endsOf(texts: readonly string[]): Uint32Array {
  let end = 0;
  return Uint32Array.from(texts, (text) => {
    end += text.length;
    return end;
  });
}

const closedFor = (pattern: string): PatternFailure => ({ kind: 'closed', pattern: shown(pattern) });

/** The thread answered another task than it was given. */
const mistaken = (pattern: string): PatternFailure => ({
  kind: 'lost',
  pattern: shown(pattern),
  reason: 'the thread answered another task',
});

const shown = (pattern: string): string =>
  pattern.length > SHOWN_PATTERN ? `${pattern.slice(0, SHOWN_PATTERN)}…` : pattern;
