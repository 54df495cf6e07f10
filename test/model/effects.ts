/** What a step does beside its own work: who knows of whom, which accesses race, and who need not spin any longer. */
import { ATOMIC_READ, ATOMIC_WRITE, PLAIN_READ, PLAIN_WRITE, type RaceDetector, type Touch } from './race-detector.ts';
import { isPlain, isRead, isWrite, type Place, type Step } from './step.ts';
import { rouse, type Thread } from './thread.ts';

export interface Effects {
  /** Performs `act`; `isWritten` tells whether a read-modify-write wrote. Throws an Error that names a data race. */
  apply<T>(thread: Thread, step: Step, act: () => T, isWritten: (result: T) => boolean): T;
}

export function createEffects(threads: readonly Thread[], races: RaceDetector): Effects {
  /** Times that memory has changed. */
  let changes = 0;

  const synchronize = ({ id, clock }: Thread, { kind }: Step, place: Place, isWritten: boolean) => {
    if (isPlain(kind)) return races.access(place, isWrite(kind) ? PLAIN_WRITE : PLAIN_READ, id, clock);
    const touch: Touch = isWritten && kind !== 'load' && kind !== 'wait' ? ATOMIC_WRITE : ATOMIC_READ;
    races.access(place, touch, id, clock);
    if (kind !== 'store') races.acquire(place, clock);
    if (touch === ATOMIC_WRITE) races.release(place, clock);
  };
  const changed = (by: Thread) => {
    if (by.readAt === changes) by.readAt++;
    changes++;
    for (const thread of threads) if (thread !== by && thread.state === 'spinning') rouse(thread);
  };
  /** Nothing can be new to the thread until another changes memory, unless one did since this round of its loop began. */
  const spin = (thread: Thread) => {
    if (thread.readAt === undefined || thread.readAt === changes) thread.state = 'spinning';
    thread.readAt = undefined;
  };

  return {
    apply(thread, step, act, isWritten) {
      const { kind, place } = step;
      thread.clock[thread.id] = (thread.clock[thread.id] ?? 0) + 1;
      const before = place !== undefined && isWrite(kind) ? peek(place) : undefined;
      const result = act();
      if (kind === 'spin') spin(thread);
      if (place === undefined || kind === 'notify') return result;
      synchronize(thread, step, place, isWritten(result));
      if (isRead(kind)) thread.readAt ??= changes;
      if (isWrite(kind) && peek(place) !== before) changed(thread);
      return result;
    },
  };
}

/** The value of a word, to see whether it changed; ranges always count as changed. */
function peek({ view, at }: Place): number | bigint | symbol | undefined {
  return view instanceof Uint8Array ? Symbol('range') : view[at];
}
