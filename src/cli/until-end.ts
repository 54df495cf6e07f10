/** When a command that goes on has to end: a signal, a reader that has gone, or the death of who has started it. */
import type { watchLineage } from '../front/lineage.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const LOOK_AT_PARENT_MS = 500;
const AGAIN_MS = 1_000;

export interface End {
  readonly signal: AbortSignal;
  /** What was listened to is let go. */
  dispose(): void;
}

/** `watchParents`: whose death is the end as well. */
export function untilEnd(watchParents: typeof watchLineage): End {
  const end = new AbortController();
  const abort = () => end.abort();
  let askedAt: number | null = null;
  /** Who asks again does not want to wait; npm passes on a signal that the whole group has got already. */
  const asked = () => {
    askedAt ??= performance.now();
    if (end.signal.aborted && performance.now() - askedAt > AGAIN_MS) process.exit(1);
    end.abort();
  };
  const isOrphan = watchParents(() => process.ppid, process.pid);
  const timer = setInterval(() => isOrphan() && abort(), LOOK_AT_PARENT_MS);
  for (const signal of SIGNALS) process.on(signal, asked);
  process.stdout.on('error', abort);
  return {
    signal: end.signal,
    dispose() {
      clearInterval(timer);
      for (const signal of SIGNALS) process.off(signal, asked);
    },
  };
}
