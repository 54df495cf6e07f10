/**
 * One request and its answer as a table: state and event give the next state, what is to be done, and what came of it. Pure;
 * connection.ts performs. "Early" is an answer that comes before the whole request has been passed on.
 */
import type { Outcome } from './exchange-tap.ts';

export type ExchangeState =
  | 'asking'
  | 'waiting'
  | 'answering_early'
  | 'answering'
  | 'answered_early'
  | 'tunnel'
  | 'done';

export type ExchangeEvent =
  /** The last byte of the request has come. */
  | 'request_end'
  /** What comes from the browser is no HTTP any more, or it stopped in the middle. */
  | 'request_bad'
  /** A final head, not 101. */
  | 'answer_head'
  | 'answer_end'
  /** As answer_end, and neither connection can be used again. */
  | 'answer_last'
  | 'switched'
  /** The target's connection ended, failed, or brought what is no HTTP, before the answer's end. */
  | 'upstream_lost'
  /** As upstream_lost, and the browser sends no more: as a rule it has gone, and the target has seen that. */
  | 'abandoned'
  /** As upstream_lost, on a kept connection, before any byte of an answer, for a request that may be sent again. */
  | 'upstream_stale'
  /** Not connected, or not in time. */
  | 'unreachable'
  /** A rule ends it here, and the browser's connection with it. */
  | 'cut'
  | 'downstream_lost';

export type Effect =
  /** The connection waits for the next request. */
  | 'next'
  /** Nothing more is sent after what is under way; what still comes is dropped. */
  | 'linger'
  /** The proxy answers itself. */
  | 'refuse'
  | 'resend'
  | 'drop_upstream'
  /** With a reset: nobody may take what was sent for a whole answer. */
  | 'drop_downstream';

export interface Step {
  readonly to: ExchangeState;
  readonly effects: readonly Effect[];
  /** Of an exchange that is over by this step. */
  readonly outcome: Outcome | null;
}

const on = (to: ExchangeState, effects: readonly Effect[] = [], outcome: Outcome | null = null): Step => ({
  to,
  effects,
  outcome,
});

const ABORTED = on('done', ['drop_upstream'], 'client_aborted');
const CUT = on('done', ['drop_upstream', 'drop_downstream'], 'upstream_aborted');
const CUT_BY_RULE = on('done', ['drop_upstream', 'drop_downstream'], 'cut');
/** Without an answer so far the browser is told; the rest of its request is not wanted. */
const TOLD = on('done', ['drop_upstream', 'refuse'], 'upstream_aborted');
const UNREACHABLE = on('done', ['drop_upstream', 'refuse'], 'unreachable');

const NEXT: Readonly<Record<ExchangeState, Readonly<Partial<Record<ExchangeEvent, Step>>>>> = {
  asking: {
    request_end: on('waiting'),
    request_bad: on('done', ['drop_upstream', 'refuse'], 'refused'),
    answer_head: on('answering_early'),
    // An agreement before the whole request is none (RFC 9110 7.8).
    switched: TOLD,
    upstream_lost: TOLD,
    unreachable: UNREACHABLE,
    cut: CUT_BY_RULE,
    downstream_lost: ABORTED,
  },
  waiting: {
    answer_head: on('answering'),
    switched: on('tunnel', [], 'upgraded'),
    upstream_lost: TOLD,
    // It may be half-closed and wait: then it is told.
    abandoned: on('done', ['drop_upstream', 'refuse'], 'client_aborted'),
    upstream_stale: on('waiting', ['drop_upstream', 'resend']),
    unreachable: UNREACHABLE,
    cut: CUT_BY_RULE,
    downstream_lost: ABORTED,
  },
  answering_early: {
    request_end: on('answering'),
    request_bad: on('done', ['drop_upstream', 'drop_downstream'], 'client_aborted'),
    answer_end: on('answered_early'),
    answer_last: on('done', ['drop_upstream', 'linger'], 'complete'),
    upstream_lost: CUT,
    cut: CUT_BY_RULE,
    downstream_lost: ABORTED,
  },
  answering: {
    answer_end: on('done', ['next'], 'complete'),
    answer_last: on('done', ['drop_upstream', 'linger'], 'complete'),
    upstream_lost: CUT,
    abandoned: on('done', ['drop_upstream', 'drop_downstream'], 'client_aborted'),
    cut: CUT_BY_RULE,
    downstream_lost: ABORTED,
  },
  answered_early: {
    request_end: on('done', ['next'], 'complete'),
    request_bad: on('done', ['drop_upstream', 'linger'], 'complete'),
    upstream_lost: on('done', ['drop_upstream', 'linger'], 'complete'),
    cut: CUT_BY_RULE,
    downstream_lost: on('done', ['drop_upstream'], 'complete'),
  },
  tunnel: {},
  done: {},
};

/** Null: the event means nothing in that state. */
export function step(state: ExchangeState, event: ExchangeEvent): Step | null {
  return NEXT[state][event] ?? null;
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** Whether a request may be sent a second time (RFC 9110 9.2.2); its head is all that there is of it. */
export function mayBeSentAgain(method: string, hasBody: boolean): boolean {
  return !hasBody && IDEMPOTENT.has(method);
}
