/** The rules of a proxy at work in its worker: finds those that touch a request, and has their sockets. */
import { type Dial, dialer } from '../dial.ts';
import type { RequestHead } from '../http1.ts';
import type { Route } from '../request-head.ts';
import type { Shaped, Shaping } from '../surroundings.ts';
import { parseTarget } from '../target.ts';
import { chance } from './chance.ts';
import type { Clock } from './clock.ts';
import { LiveRule } from './live-rule.ts';
import { type Asked, decide, type Plan } from './plan.ts';
import { Reordering } from './reordering.ts';
import { requestType } from './request-type.ts';
import type { ShapeUpdate } from './rule.ts';
import type { RuleCells } from './rule-cells.ts';
import { RuleIndex } from './rule-index.ts';
import { type ShapedOwner, ShapedSocket } from './shaped-socket.ts';

export interface ShaperParts {
  readonly cells: RuleCells;
  readonly clock: Clock;
  /** On the daemon's clock. */
  readonly micros: () => number;
  readonly iso: () => string;
  /** Whether requests are to be shown to it. */
  readonly changed: (isActive: boolean) => void;
}

export class Shaper implements Shaping {
  readonly #parts: ShaperParts;
  readonly #live = new Map<number, LiveRule>();
  #index: RuleIndex;
  #hasChaos = false;
  #globalOdds = 1;
  #globalSeed = 0;
  readonly #dials = new Map<string, Dial>();
  readonly #waiting = new Set<ShapedSocket>();
  readonly #reorderings = new Map<LiveRule, Reordering>();
  #expiry: { cancel(): void } | null = null;

  constructor(parts: ShaperParts) {
    this.#parts = parts;
    this.#index = this.#indexOf([]);
  }

  /** From now on these, in their order. What waits for a rule that is gone goes on. */
  update({ order, added, hasChaos, globalOdds, globalSeed }: ShapeUpdate): void {
    const known = new Map([...this.#live].map(([key, live]) => [key, live]));
    for (const rule of added) known.set(rule.key, new LiveRule(rule, this.#parts.cells));
    this.#live.clear();
    for (const key of order) {
      const live = known.get(key);
      known.delete(key);
      if (live !== undefined) this.#live.set(key, live);
    }
    this.#hasChaos = hasChaos;
    this.#globalOdds = globalOdds;
    this.#globalSeed = globalSeed;
    for (const live of known.values()) this.#retire(live);
    this.#expire();
  }

  shape(head: RequestHead, route: Route, dial: Dial, touched: (rules: string) => void): Shaped | null {
    const { cells } = this.#parts;
    if (this.#hasChaos) cells.addTotal('requests', 1);
    const rules = this.#index.fitting(head);
    if (rules.length === 0) return null;
    const isWebSocket = requestType(head) === 'websocket';
    const asked = { rules, isWebSocket, odds: () => this.#odds() };
    const wantsBody = head.framing !== 0 && rules.some((live) => live.wantsBody);
    const plan = wantsBody ? undefined : decide({ ...asked, body: head.framing === 0 ? '' : null }, cells);
    if (rules.some(({ isOver }) => isOver)) this.#announce();
    if (plan === null) return null;
    if (plan !== undefined) touched(plan.touches.join(BETWEEN));
    return this.#shaped(plan, { ...asked, touched }, route, dial);
  }

  /** All that is under way is the connections' own. */
  close(): void {
    this.#expiry?.cancel();
    this.#expiry = null;
  }

  #shaped(plan: Plan | undefined, asked: Asking, route: Route, dial: Dial): Shaped {
    const notes = plan?.touches ?? [];
    const owner = this.#owner(asked, notes);
    const targetUrl = plan?.targetUrl ?? null;
    const inner = targetUrl === null ? dial : this.#dialTo(targetUrl);
    return {
      dial: (take) => {
        const socket = new ShapedSocket(owner, inner, plan ?? null);
        socket.on('data', take);
        return { socket, ready: 'connect', isPatient: true, loss: () => socket.loss };
      },
      route: targetUrl === null ? route : { ...route, target: parseTarget(targetUrl) },
      wantsIdentity: asked.rules.some(({ rule }) => rule.acts.some((act) => READERS.has(act.do))),
      note: () => notes.join(BETWEEN),
    };
  }

  #owner(asked: Asking, notes: string[]): ShapedOwner {
    const { cells, clock, iso } = this.#parts;
    return {
      clock,
      iso,
      decide: (body) => {
        const plan = decide({ ...asked, body }, cells);
        if (plan === null) return null;
        notes.push(...plan.touches);
        asked.touched(notes.join(BETWEEN));
        return plan;
      },
      reordering: ({ by, min, maxWaitMs }) => {
        const known = this.#reorderings.get(by);
        if (known !== undefined) return known;
        const made = new Reordering(clock, min, maxWaitMs, (count) => cells.addTotal('reordered', count));
        this.#reorderings.set(by, made);
        return made;
      },
      waits: (socket) => this.#waiting.add(socket),
      gone: (socket) => this.#waiting.delete(socket),
      note: (words) => {
        const last = notes.length - 1;
        const noted = `${notes[last] ?? ''} (${words})`;
        if (last >= 0 && noted.length < MOST_NOTED) notes[last] = noted;
      },
      count: (what, n) => cells.addTotal(what, n),
    };
  }

  /** Whether chaos looks at a request at all. */
  #odds(): boolean {
    if (this.#globalOdds >= 1) return true;
    const { cells } = this.#parts;
    const n = cells.total('draws');
    cells.addTotal('draws', 1);
    return chance(this.#globalSeed, n) < this.#globalOdds;
  }

  #dialTo(url: string): Dial {
    const known = this.#dials.get(url);
    if (known !== undefined) return known;
    const made = dialer(parseTarget(url), { verifyTls: null });
    this.#dials.set(url, made);
    return made;
  }

  #retire(live: LiveRule): void {
    live.isOver = true;
    this.#reorderings.get(live)?.release();
    this.#reorderings.delete(live);
    for (const socket of this.#waiting) if (socket.waitsFor(live)) socket.release();
  }

  /** Ends rules whose time is over, and comes back when the next one's is. */
  #expire(): void {
    this.#expiry?.cancel();
    this.#expiry = null;
    const now = this.#parts.micros();
    let next = Number.POSITIVE_INFINITY;
    for (const [key, live] of this.#live) {
      const { expiresAt } = live.rule;
      if (expiresAt === null) continue;
      if (expiresAt > now) next = Math.min(next, expiresAt);
      else {
        this.#live.delete(key);
        this.#retire(live);
      }
    }
    const rules = [...this.#live.values()];
    this.#index = this.#indexOf(rules);
    this.#announce();
    const inMs = Math.min(Math.ceil((next - now) / 1_000), MOST_TIMER_MS);
    if (next !== Number.POSITIVE_INFINITY) this.#expiry = this.#parts.clock.after(inMs, () => this.#expire());
  }

  /** With no rule that may still touch something, and no chaos that counts, the proxy goes its usual way. */
  #announce(): void {
    this.#parts.changed(this.#hasChaos || [...this.#live.values()].some(({ isOver }) => !isOver));
  }

  #indexOf(rules: readonly LiveRule[]): RuleIndex {
    return new RuleIndex(rules, () => this.#parts.cells.addTotal('unmatched', 1));
  }
}

/** Until there is a body. */
interface Asking extends Omit<Asked, 'body'> {
  touched(rules: string): void;
}

/** Rules, in the log. */
const BETWEEN = '; ';
/** Characters, of one rule's words. */
const MOST_NOTED = 300;
const MOST_TIMER_MS = 2_147_483_647;
/** They read bodies, or cut them where they can still be read. */
const READERS = new Set(['response', 'partial', 'corrupt']);
