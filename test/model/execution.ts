/**
 * One execution of a model's threads under a scheduler that is asked before every atomic operation.
 *
 * A thread is left by an exception where another is to run; to go on, it is run again from its start and its past is answered
 * from a log (Koppel, Scherer, Solar-Lezama, "Capturing the Future by Replaying the Past", ICFP 2018). Plain accesses are no
 * place to switch: in a program without data races nobody can tell, and a race shows by happens-before wherever the switches
 * are (as in CHESS: Musuvathi, Qadeer, PLDI 2007).
 */
import { choicesOf, expectEnd, lull, unlull } from './choices.ts';
import { activate } from './door.ts';
import { createEffects, type Effects } from './effects.ts';
import { join, type RaceDetector } from './race-detector.ts';
import { isPlain, isWrite, type Kind, type Place, type Step } from './step.ts';
import { hasEnded, type Logged, newThread, type Operation, rouse, type Thread } from './thread.ts';
import { createWaiters, type Waiting } from './waiters.ts';

export interface Model {
  readonly threads: readonly (() => unknown)[];
  /** Throws when the end is wrong. Results are undefined for threads that never ended. */
  check?(results: readonly unknown[], history: readonly Operation[]): void;
  /** Name of what lies at a byte of a buffer, for traces. */
  label?(buffer: SharedArrayBuffer, byte: number): string | undefined;
}

export interface Scheduler {
  /** Place of the choice in `choices`: a thread's number (it takes a step) or its complement (it never runs again). */
  choose(choices: readonly number[]): number;
  /** Times that a thread may be left while it could go on. */
  readonly preemptions: number;
  /** Threads that may stop for ever. */
  readonly stall: readonly number[];
  /** Whether schedules that differ from others only in the order of independent steps are left out. */
  readonly isReducing: boolean;
}

/** `pruned`: whatever comes was seen in another execution. */
export type Ended = { readonly kind: 'ended' | 'pruned' } | { readonly kind: 'failed'; readonly error: string };

/** One step of a trace; `label` names its place if the model does. */
export interface Traced {
  readonly thread: number;
  readonly kind: Kind | 'return' | 'stall';
  readonly place?: Place | undefined;
  readonly detail: unknown;
  readonly result: unknown;
}

const PAUSE = Symbol('pause');
/** More than any sensible scenario takes: a loop that never ends. */
const MAX_STEPS = 20_000;

export class Execution {
  /** What was chosen, in order. */
  readonly choices: number[] = [];
  /** Places of choices before plain writes. */
  readonly #beforePlain = new Set<number>();
  readonly #model: Model;
  readonly #scheduler: Scheduler;
  readonly #effects: Effects;
  readonly #threads: readonly Thread[];
  readonly #trace: ((step: Traced) => void) | undefined;
  readonly #history: Operation[] = [];
  readonly #waiters = createWaiters();
  #running: Thread | undefined;
  /** Who took the last step. */
  #last: Thread | undefined;
  /** Decided where the running thread was left. */
  #chosen: number | undefined;
  /** The running thread may take its next step unasked. */
  #isGranted = false;
  #isUnwinding = false;
  #preemptions = 0;
  #time = 0;
  #steps = 0;

  constructor(model: Model, scheduler: Scheduler, races: RaceDetector, trace?: (step: Traced) => void) {
    const clocks = races.begin();
    this.#model = model;
    this.#scheduler = scheduler;
    this.#trace = trace;
    this.#threads = model.threads.map((body, id) => newThread(id, body, clocks[id] ?? []));
    this.#effects = createEffects(this.#threads, races);
  }

  /** What was chosen, for replay, where a thread that is not lost is not asked before plain writes. */
  schedule(): number[] {
    const lost = new Set(this.choices.filter((choice) => choice < 0));
    return this.choices.filter((choice, at) => choice < 0 || !this.#beforePlain.has(at) || lost.has(~choice));
  }

  /** Runs to the end. */
  run(): Ended {
    try {
      while (this.#threads.some(({ state }) => state === 'ready') || this.#waiters.timeOut()) {
        const chosen = this.#chosen ?? this.#decide();
        this.#chosen = undefined;
        if (chosen === undefined) return { kind: 'pruned' };
        if (chosen < 0) this.#stall(this.#thread(~chosen));
        else this.#resume(this.#thread(chosen));
      }
      expectEnd(this.#threads, this.choices);
      for (const operation of this.#history) if (operation.call < 0) operation.call = Number.POSITIVE_INFINITY;
      this.#model.check?.(
        this.#threads.map(({ result }) => result),
        this.#history,
      );
      return { kind: 'ended' };
    } catch (thrown) {
      return { kind: 'failed', error: thrown instanceof Error ? thrown.message : String(thrown) };
    }
  }

  /** A step of the running thread: `act` performs it on memory; `isWritten` tells whether a read-modify-write wrote. */
  perform<T>(
    kind: Kind,
    place: Place | undefined,
    act: () => T,
    isWritten: (result: T) => boolean,
    detail: unknown,
  ): T {
    const thread = this.#current();
    if (thread.cursor < thread.log.length) return this.#past<T>(thread, kind, place?.byte, detail);
    const step: Step = { kind, place, begins: thread.calling !== undefined };
    if (!isPlain(kind)) this.#yieldBefore(thread, step);
    else if (isWrite(kind)) this.#mayStopBefore(thread);
    if (!isPlain(kind)) this.#count(thread);
    else if (isWrite(kind)) thread.isFresh = true;
    const result = this.#effects.apply(thread, step, act, isWritten);
    unlull(this.#threads, step);
    this.#record(thread, { kind, byte: place?.byte, detail, result });
    this.#trace?.({ thread: thread.id, kind, place, detail, result });
    if (thread.state !== 'ready') this.#leave();
    return result;
  }

  /** Runs an operation of the history. */
  invoke<T>(name: string, arg: unknown, run: () => T): T {
    const thread = this.#current();
    const operation = this.#call(thread, name, arg);
    const out = run();
    this.#current();
    if (thread.cursor < thread.log.length) {
      this.#past(thread, 'return', undefined, name);
      return out;
    }
    operation.out = out;
    operation.ret = this.#time++;
    if (operation.call < 0) operation.call = operation.ret;
    thread.calling = undefined;
    this.#record(thread, { kind: 'return', byte: undefined, detail: name, result: undefined });
    // An operation that is called after this return is bound by it; called before, it would not be: another history.
    for (const other of this.#threads) if (other.pending?.begins) other.isAsleep = false;
    this.#trace?.({ thread: thread.id, kind: 'return', detail: `${name}(${String(arg)})`, result: out });
    return out;
  }

  awaitEnd(id: number): 'done' | 'lost' {
    const caller = this.#current();
    const target = this.#thread(id);
    const answer = this.perform(
      'end',
      undefined,
      () => {
        if (hasEnded(target)) return target;
        caller.state = 'joining';
        caller.joins = id;
        return target;
      },
      () => false,
      `of T${id}`,
    );
    join(caller.clock, target.clock);
    return answer.state === 'stalled' ? 'lost' : 'done';
  }

  settle(promise: Waiting): 'ok' | 'timed-out' {
    const caller = this.#current();
    const answer = this.perform<'ok' | 'timed-out'>(
      'settle',
      undefined,
      () => {
        if (this.#waiters.wakeOf(promise) === undefined) caller.state = 'waiting';
        return 'ok';
      },
      () => false,
      '',
    );
    join(caller.clock, this.#waiters.wakeOf(promise) ?? []);
    return answer;
  }

  /** Within a wait whose word is as expected: the thread sleeps, or the promise stands for its sleep. */
  sleep(place: Place, isTimed: boolean, promise?: Waiting): void {
    const thread = this.#current();
    this.#waiters.add({ thread, place, isTimed, promise });
    if (promise === undefined) thread.state = 'waiting';
  }

  /** Within a notify: wakes at most `count` of those who wait at the place, first come first; how many. */
  wake(place: Place, count: number): number {
    return this.#waiters.wake(place, count, this.#current().clock);
  }

  #thread(id: number): Thread {
    const thread = this.#threads[id];
    if (thread === undefined) throw new Error(`T${id}: the model has ${this.#threads.length} threads`);
    return thread;
  }

  /** The running thread, unless it is being left. */
  #current(): Thread {
    if (this.#isUnwinding) throw PAUSE;
    if (this.#running === undefined) throw new Error('no thread of the model is running');
    return this.#running;
  }

  #record(thread: Thread, logged: Logged): void {
    thread.log.push(logged);
    thread.cursor = thread.log.length;
  }

  /** Result of the thread's next past step, which must be the one that it takes now. */
  #past<T>(thread: Thread, kind: Logged['kind'], byte: number | undefined, detail: unknown): T {
    const past = thread.log[thread.cursor++];
    if (past?.kind !== kind || past.byte !== byte || past.detail !== detail) {
      const steps = `${kind} @${byte} ${detail} where it did ${past?.kind} @${past?.byte} ${past?.detail} before`;
      throw new Error(`T${thread.id} is not deterministic: ${steps}; its state is made inside of its function`);
    }
    const result = past.result as T;
    return result instanceof Uint8Array ? (result.slice() as T) : result;
  }

  #call(thread: Thread, name: string, arg: unknown): Operation {
    let operation: Operation;
    if (thread.cursor < thread.log.length) operation = this.#past(thread, 'call', undefined, name);
    else {
      operation = { client: thread.id, name, arg, out: undefined, call: -1, ret: Number.POSITIVE_INFINITY };
      this.#history.push(operation);
      this.#record(thread, { kind: 'call', byte: undefined, detail: name, result: operation });
    }
    if (operation.call < 0) thread.calling = operation;
    return operation;
  }

  #leave(): never {
    this.#isUnwinding = true;
    throw PAUSE;
  }

  /** Asks who is next; returns only when it is this thread. */
  #yieldBefore(thread: Thread, step: Step): void {
    if (this.#isGranted) {
      this.#isGranted = false;
      return;
    }
    thread.pending = step;
    this.#chosen = this.#decide();
    if (this.#chosen !== thread.id) this.#leave();
    this.#chosen = undefined;
  }

  /** A thread that may be lost may be lost before a plain write too: awaitEnd() and then a look would tell. */
  #mayStopBefore(thread: Thread): void {
    if (!thread.isFresh || !this.#scheduler.stall.includes(thread.id)) return;
    thread.isFresh = false;
    const chosen = this.#scheduler.choose([thread.id, ~thread.id]) === 0 ? thread.id : ~thread.id;
    this.#beforePlain.add(this.choices.length);
    this.choices.push(chosen);
    if (chosen === thread.id) return;
    this.#chosen = chosen;
    this.#leave();
  }

  #count(thread: Thread): void {
    if (++this.#steps > MAX_STEPS) {
      throw new Error(`T${thread.id} takes step ${MAX_STEPS}: an endless loop; one that waits for others calls spin()`);
    }
    this.#last = thread;
    thread.isFresh = true;
    thread.pending = undefined;
    this.#time++;
    if (thread.calling === undefined) return;
    thread.calling.call = this.#time;
    thread.calling = undefined;
  }

  #resume(thread: Thread): void {
    this.#running = thread;
    activate(this);
    this.#isGranted = true;
    this.#isUnwinding = false;
    thread.cursor = 0;
    thread.calling = undefined;
    try {
      thread.result = thread.body();
      if (this.#isUnwinding)
        throw new Error(`T${thread.id} catches what is not its own: no catch around shared operations`);
      this.#last = thread;
      this.#end(thread, 'done');
    } catch (thrown) {
      thread.result = undefined;
      if (thrown !== PAUSE) throw thrown;
    } finally {
      activate(undefined);
      this.#running = undefined;
      this.#isUnwinding = false;
    }
  }

  #stall(thread: Thread): void {
    this.#waiters.remove(thread);
    this.#trace?.({ thread: thread.id, kind: 'stall', detail: '', result: undefined });
    this.#end(thread, 'stalled');
  }

  #end(thread: Thread, state: 'done' | 'stalled'): void {
    thread.state = state;
    thread.isAsleep = false;
    for (const other of this.#threads) {
      if (other.state === 'joining' && other.joins === thread.id) rouse(other);
      if (other.pending?.kind === 'end') other.isAsleep = false;
    }
  }

  /** Who is next; undefined when all who could run are asleep. */
  #decide(): number | undefined {
    const { preemptions, stall, isReducing } = this.#scheduler;
    const last = this.#last?.state === 'ready' ? this.#last : undefined;
    const mayPreempt = this.#preemptions < preemptions;
    if (last !== undefined && !mayPreempt && stall.length === 0) {
      this.choices.push(last.id); // nothing to choose
      return last.id;
    }
    const choices = choicesOf(this.#threads, last, mayPreempt, stall);
    if (choices.length === 0) return undefined;
    const at = this.#scheduler.choose(choices);
    const chosen = choices[at];
    if (chosen === undefined) throw new Error(`place ${at} of ${choices.length} choices`);
    this.choices.push(chosen);
    if (chosen < 0) return chosen; // offered here only, so nothing that was tried before contains it
    if (isReducing) lull(this.#threads, choices.slice(0, at), last, preemptions !== Number.POSITIVE_INFINITY);
    if (last !== undefined && chosen !== last.id) this.#preemptions++;
    return chosen;
  }
}
