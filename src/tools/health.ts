/** Whether the daemon's threads answer: each is asked, and waited for a while. */
import type { Workbench } from './workbench.ts';

export interface Health {
  /** How long its answer took; null: it did not answer. */
  readonly process_worker_ms: number | null;
  readonly pattern_worker_ms: number | null;
}

const ANSWER_WITHIN_MS = 3_000;

export async function healthOf(workbench: Workbench): Promise<Health> {
  const { processes, patterns } = workbench;
  const [process_worker_ms, pattern_worker_ms] = await Promise.all([
    timeOf(processes.ping(), workbench),
    timeOf(patterns.test('a', ['a']), workbench),
  ]);
  return { process_worker_ms, pattern_worker_ms };
}

async function timeOf(answer: Promise<unknown>, { processes, proxies }: Workbench): Promise<number | null> {
  const began = proxies.now();
  const over = new AbortController();
  const answered = answer.then(
    () => true,
    () => false,
  );
  const late = processes.changes.pause(ANSWER_WITHIN_MS, over.signal).then(() => false);
  const isAnswered = await Promise.race([answered, late]);
  over.abort();
  return isAnswered ? Math.ceil((proxies.now() - began) / 1_000) : null;
}
