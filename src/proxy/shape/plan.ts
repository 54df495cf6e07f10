/** What is to become of one exchange, as its rules decide: pure but for their chance and counts. */
import { type LiveRule, messageActs } from './live-rule.ts';
import type { Act, Answer, Edits, Part, PartialEnd } from './rule.ts';
import type { RuleCells } from './rule-cells.ts';

export interface Plan {
  /** Each rule that touches it, in words. */
  readonly touches: string[];
  delayMs: number;
  /** The rule that it hangs on. */
  hold: LiveRule | null;
  /** Rules that take time: what they hold back goes on when they end. */
  readonly delayedBy: LiveRule[];
  cut: 'reset' | 'close' | null;
  answer: { readonly status: number; readonly answer: Answer; readonly by: LiveRule } | null;
  targetUrl: string | null;
  readonly request: { readonly edits: Edits; readonly url: string | null }[];
  readonly response: { readonly edits: Edits; readonly status: number | null }[];
  pace: { readonly bytesPerMs: number; readonly chunk: number } | null;
  partial: { readonly end: PartialEnd; readonly part: Part } | null;
  flip: LiveRule | null;
  corrupt: LiveRule | null;
  lateEndMs: number;
  isBomb: boolean;
  reorder: { readonly by: LiveRule; readonly min: number; readonly maxWaitMs: number } | null;
  readonly messages: LiveRule[];
  /** Chaos changes or makes the answer: it says so. */
  isInjected: boolean;
}

/** Of an exchange that nothing touches. */
export const newPlan = (): Plan => ({
  touches: [],
  delayMs: 0,
  hold: null,
  delayedBy: [],
  cut: null,
  answer: null,
  targetUrl: null,
  request: [],
  response: [],
  pace: null,
  partial: null,
  flip: null,
  corrupt: null,
  lateEndMs: 0,
  isBomb: false,
  reorder: null,
  messages: [],
  isInjected: false,
});

/** What the rules are asked with. */
export interface Asked {
  /** In their order, as RuleIndex finds them. */
  readonly rules: readonly LiveRule[];
  /** First bytes of the request's body, latin1; null: not there. */
  readonly body: string | null;
  readonly isWebSocket: boolean;
  /** Whether chaos looks at this request at all; asked once, and only if a chaos rule fits. */
  odds(): boolean;
}

/** Null: nothing touches it. */
export function decide({ rules, body, isWebSocket, odds }: Asked, cells: RuleCells): Plan | null {
  const plan = newPlan();
  for (const live of rules) {
    if (live.rule.isChaos || isSettled(plan) || !live.fitsBody(body) || !live.takes()) continue;
    touch(plan, live, isWebSocket, cells);
  }
  const chaos = rules.filter(({ rule }) => rule.isChaos);
  const before = plan.touches.length;
  if (chaos.length > 0 && odds()) {
    for (const live of chaos) addChaos(plan, live, isWebSocket, cells);
    if (plan.touches.length > before) cells.addTotal('affected', 1);
  }
  return plan.touches.length === 0 ? null : plan;
}

/** Nothing that comes later matters. */
const isSettled = ({ cut, hold, answer }: Plan): boolean => cut !== null || hold !== null || answer !== null;

function addChaos(plan: Plan, live: LiveRule, isWebSocket: boolean, cells: RuleCells): void {
  if (plan.cut !== null || plan.hold !== null) return;
  if (isWebSocket && messageActs(live).length > 0) {
    // Each message has its own chance.
    plan.messages.push(live);
    plan.touches.push(live.rule.id);
  } else if (live.takes()) touch(plan, live, isWebSocket, cells);
}

function touch(plan: Plan, live: LiveRule, isWebSocket: boolean, cells: RuleCells): void {
  live.applies();
  const words: string[] = [];
  for (const act of live.rule.acts) {
    if (act.do === 'messages') {
      if (isWebSocket && !plan.messages.includes(live)) plan.messages.push(live);
    } else words.push(...take(plan, live, act, cells));
  }
  plan.touches.push([live.rule.id, ...words].join(' '));
  plan.isInjected ||= live.rule.isChaos && live.rule.acts.some((act) => act.do !== 'delay' && act.do !== 'messages');
}

/** Adds what a rule does; answers with what chance has said, in words. */
function take(plan: Plan, live: LiveRule, act: Exclude<Act, { do: 'messages' }>, cells: RuleCells): string[] {
  const count = live.rule.isChaos ? cells : null;
  switch (act.do) {
    case 'delay': {
      const ms = live.drawDelay(act);
      plan.delayMs += ms;
      plan.delayedBy.push(live);
      count?.addTotal('latencyMs', ms);
      return [`+${ms} ms`];
    }
    case 'answer': {
      const { statuses } = act.answer;
      const status = statuses[statuses.length > 1 ? Math.floor(live.draw() * statuses.length) : 0] ?? 200;
      plan.answer = { status, answer: act.answer, by: live };
      count?.addTotal('errors', 1);
      return [String(status)];
    }
    case 'hold':
      plan.hold = live;
      count?.addTotal('drops', 1);
      return ['held'];
    case 'cut':
      plan.cut = act.how;
      count?.addTotal('drops', 1);
      return [act.how];
    case 'target':
      plan.targetUrl = act.url;
      return [`→ ${act.url}`];
    case 'request':
      plan.request.push(act);
      return [];
    case 'response':
      plan.response.push(act);
      return [];
    case 'pace':
      plan.pace = act;
      plan.delayedBy.push(live);
      return [`${act.bytesPerMs} B/ms`];
    case 'partial':
      plan.partial = act;
      count?.addTotal(act.end === 'drop' ? 'drops' : 'truncated', 1);
      return [];
    case 'flip':
      plan.flip = live;
      return [];
    case 'corrupt':
      plan.corrupt = live;
      return [];
    case 'late_end':
      plan.lateEndMs = live.drawDelay({ ...act, jitter: 0 });
      plan.delayedBy.push(live);
      return [`+${plan.lateEndMs} ms at its end`];
    case 'bomb':
      plan.isBomb = true;
      return [];
    case 'reorder':
      plan.reorder = { by: live, min: act.min, maxWaitMs: act.maxWaitMs };
      return [];
  }
}
