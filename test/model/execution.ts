/**
 * One execution of a model's threads under a scheduler that is asked before every atomic operation.
 *
 * A thread is left by an exception where another is to run; to go on, it is run again from its start and its past is answered
 * from a log (Koppel, Scherer, Solar-Lezama, "Capturing the Future by Replaying the Past", ICFP 2018). Plain accesses are no
 * place to switch: in a program without data races nobody can tell, and a race shows by happens-before wherever the switches
 * are (as in CHESS: Musuvathi, Qadeer, PLDI 2007).
 */
import { activate } from './door.ts';
import {
  ATOMIC_READ,
  ATOMIC_WRITE,
  type Clock,
  join,
  PLAIN_READ,
  PLAIN_WRITE,
  type RaceDetector,
  type Touch,
} from './race-detector.ts';
import { areDependent, isPlain, isWrite, type Kind, type Place, type Step } from './step.ts';
import { hasEnded, newThread, type Operation, type Thread } from './thread.ts';

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

/** What waitAsync() answers when it sleeps. */
export type Waiting = Promise<'ok' | 'timed-out'>;

interface Waiter {
  readonly thread: Thread;
  readonly place: Place;
  readonly isTimed: boolean;
  /** Of waitAsync(): what it answered; a blocked thread waits for itself. */
  readonly promise: Waiting | undefined;
}

const PAUSE = Symbol('pause');
/** More than any sensible scenario takes: a loop that never ends. */
const MAX_STEPS = 20_000;

export class Execution {
  /** What was chosen, in order. */
  readonly choices: number[] = [];
  readonly #model: Model;
  readonly #scheduler: Scheduler;
  readonly #races: RaceDetector;
  readonly #threads: readonly Thread[];
  readonly #trace: ((step: Traced) => void) | undefined;
  readonly #history: Operation[] = [];
  #waiters: Waiter[] = [];
  /** What a notified promise's settling will know. */
  readonly #wakes = new Map<Waiting, Clock>();
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
  #changes = 0;
  #steps = 0;

  constructor(model: Model, scheduler: Scheduler, races: RaceDetector, trace?: (step: Traced) => void) {
    const clocks = races.begin();
    this.#model = model;
    this.#scheduler = scheduler;
    this.#races = races;
    this.#trace = trace;
    this.#threads = model.threads.map((body, id) => newThread(id, body, clocks[id] ?? []));
  }

  /** Runs to the end. */
  run(): Ended {
    try {
      while (this.#threads.some(({ state }) => state === 'ready') || this.#timeOut()) {
        const chosen = this.#chosen ?? this.#decide();
        this.#chosen = undefined;
        if (chosen === undefined) return { kind: 'pruned' };
        if (chosen < 0) this.#stall(this.#thread(~chosen));
        else this.#resume(this.#thread(chosen));
      }
      this.#expectEnd();
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
    if (thread.cursor < thread.log.length) return this.#past<T>(thread, kind);
    const step: Step = { kind, place, begins: thread.calling !== undefined };
    if (!isPlain(kind)) this.#yieldBefore(thread, step);
    const result = this.#take(thread, step, act, isWritten);
    this.#record(thread, kind, result);
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
      thread.cursor++;
      return out;
    }
    operation.out = out;
    operation.ret = this.#time++;
    if (operation.call < 0) operation.call = operation.ret;
    thread.calling = undefined;
    this.#record(thread, 'return', undefined);
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
        if (!this.#wakes.has(promise)) caller.state = 'waiting';
        return 'ok';
      },
      () => false,
      '',
    );
    join(caller.clock, this.#wakes.get(promise) ?? []);
    return answer;
  }

  /** Within a wait whose word is as expected: the thread sleeps, or the promise stands for its sleep. */
  sleep(place: Place, isTimed: boolean, promise?: Waiting): void {
    const thread = this.#current();
    this.#waiters.push({ thread, place, isTimed, promise });
    if (promise === undefined) thread.state = 'waiting';
  }

  /** Within a notify: wakes at most `count` of those who wait at the place, first come first; how many. */
  wake(place: Place, count: number): number {
    const notifier = this.#current();
    const isHere = (waiter: Waiter) =>
      waiter.place.view.buffer === place.view.buffer && waiter.place.byte === place.byte;
    const woken = this.#waiters.filter(isHere).slice(0, count);
    this.#waiters = this.#waiters.filter((waiter) => !woken.includes(waiter));
    for (const { thread, promise } of woken) {
      if (promise !== undefined) this.#wakes.set(promise, notifier.clock.slice());
      else join(thread.clock, notifier.clock);
      if (thread.state === 'waiting') rouse(thread);
    }
    return woken.length;
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

  #record(thread: Thread, kind: string, result: unknown): void {
    thread.log.push(result);
    thread.kinds.push(kind);
    thread.cursor = thread.log.length;
  }

  #past<T>(thread: Thread, kind: Kind): T {
    const past = thread.kinds[thread.cursor];
    if (past !== kind) throw new Error(`T${thread.id} is not deterministic: ${kind} where it did ${past} before`);
    const result = thread.log[thread.cursor++] as T;
    return result instanceof Uint8Array ? (result.slice() as T) : result;
  }

  #call(thread: Thread, name: string, arg: unknown): Operation {
    let operation: Operation;
    if (thread.cursor < thread.log.length) operation = thread.log[thread.cursor++] as Operation;
    else {
      operation = { client: thread.id, name, arg, out: undefined, call: -1, ret: Number.POSITIVE_INFINITY };
      this.#history.push(operation);
      this.#record(thread, 'call', operation);
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

  #take<T>(thread: Thread, step: Step, act: () => T, isWritten: (result: T) => boolean): T {
    const { kind, place } = step;
    if (!isPlain(kind)) this.#count(thread);
    thread.clock[thread.id] = (thread.clock[thread.id] ?? 0) + 1;
    const before = place === undefined || !isWrite(kind) ? undefined : peek(place);
    const result = act();
    if (place !== undefined && kind !== 'notify') {
      this.#synchronize(thread, kind, place, isWritten(result));
      if (isWrite(kind) && peek(place) !== before) this.#changed(thread);
      else thread.readAt ??= this.#changes;
    }
    if (kind === 'spin') this.#spin(thread);
    for (const other of this.#threads) {
      if (other.isAsleep && other.pending !== undefined && areDependent(other.pending, step)) other.isAsleep = false;
    }
    return result;
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

  #synchronize(thread: Thread, kind: Kind, place: Place, isWritten: boolean): void {
    const { clock } = thread;
    if (isPlain(kind)) {
      this.#races.access(place, isWrite(kind) ? PLAIN_WRITE : PLAIN_READ, thread.id, clock);
      return;
    }
    const touch: Touch = isWritten && kind !== 'load' && kind !== 'wait' ? ATOMIC_WRITE : ATOMIC_READ;
    this.#races.access(place, touch, thread.id, clock);
    if (kind !== 'store') this.#races.acquire(place, clock);
    if (touch === ATOMIC_WRITE) this.#races.release(place, clock);
  }

  #changed(by: Thread): void {
    if (by.readAt === this.#changes) by.readAt++;
    this.#changes++;
    for (const thread of this.#threads) if (thread !== by && thread.state === 'spinning') rouse(thread);
  }

  /** Nothing can be new to the thread until another changes memory, unless one did since its round of the loop began. */
  #spin(thread: Thread): void {
    if (thread.readAt === undefined || thread.readAt === this.#changes) thread.state = 'spinning';
    thread.readAt = undefined;
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
    this.#waiters = this.#waiters.filter((waiter) => waiter.thread !== thread);
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
    const choices = this.#choices();
    if (choices.length === 0) return undefined;
    const at = this.#scheduler.choose(choices);
    const chosen = choices[at];
    if (chosen !== undefined) this.choices.push(chosen);
    const last = this.#last?.state === 'ready' ? this.#last : undefined;
    // Not for a stall: it is offered here only, so what was tried before does not contain it.
    if (this.#scheduler.isReducing && chosen !== undefined && chosen >= 0) this.#lull(choices.slice(0, at), last);
    if (chosen !== undefined && chosen >= 0 && last !== undefined && chosen !== last.id) this.#preemptions++;
    return chosen;
  }

  #choices(): number[] {
    const choices: number[] = [];
    const last = this.#last?.state === 'ready' ? this.#last : undefined;
    if (last !== undefined && !last.isAsleep) choices.push(last.id);
    if (last === undefined || this.#preemptions < this.#scheduler.preemptions) {
      for (const thread of this.#threads) {
        if (thread !== last && thread.state === 'ready' && !thread.isAsleep) choices.push(thread.id);
      }
    }
    for (const id of this.#scheduler.stall) {
      const thread = this.#thread(id);
      if (thread.isFresh && !hasEnded(thread)) choices.push(~id);
      thread.isFresh = false;
    }
    return choices;
  }

  /**
   * Puts to sleep whose next step was tried here before. What follows is the same wherever that step comes, until one comes
   * that depends on it, so a schedule that takes it up before then repeats one that was seen. Under a bound that holds for the
   * preempted thread only: taking its step before the preemption instead of after never costs more preemptions, whereas
   * moving another's step could (Coons, Musuvathi, McKinley, OOPSLA 2013).
   */
  #lull(tried: readonly number[], last: Thread | undefined): void {
    for (const id of tried) {
      if (id < 0) continue;
      const thread = this.#thread(id);
      const isSound = thread === last || this.#scheduler.preemptions === Number.POSITIVE_INFINITY;
      if (isSound && thread.pending !== undefined) thread.isAsleep = true;
    }
  }

  /** Time passes only when nobody can run: the first timed waiter times out. */
  #timeOut(): boolean {
    const waiter = this.#waiters.find(({ isTimed, thread }) => isTimed && thread.state === 'waiting');
    if (waiter === undefined) return false;
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    waiter.thread.log[waiter.thread.log.length - 1] = 'timed-out';
    rouse(waiter.thread);
    return true;
  }

  #expectEnd(): void {
    const stuck = this.#threads.find((thread) => !hasEnded(thread));
    if (stuck === undefined) return;
    const stalled = this.#threads.find(({ state }) => state === 'stalled');
    if (stalled !== undefined) {
      const steps = this.choices.filter((id) => id === stalled.id).length;
      throw new Error(`T${stuck.id} cannot finish while T${stalled.id} is stalled after ${steps} steps`);
    }
    if (stuck.state === 'spinning')
      throw new Error(`livelock: T${stuck.id} spins and nobody is left to change anything`);
    throw new Error(`deadlock: T${stuck.id} is ${stuck.state} for ever: a lost wake-up`);
  }
}

function rouse(thread: Thread): void {
  if (hasEnded(thread)) return;
  thread.state = 'ready';
  thread.isFresh = true;
}

/** The value of a word, to see whether it changed; ranges always count as changed. */
function peek({ view, at }: Place): number | bigint | symbol | undefined {
  return view instanceof Uint8Array ? Symbol('range') : view[at];
}
