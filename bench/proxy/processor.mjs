// Processor time of a program: what a request costs, whatever else the machine does meanwhile.
import { readdirSync, readFileSync } from 'node:fs';

/** The program and those that it started. */
function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(children === '' ? [] : children.split(' ').map(Number))];
}

const threadNanos = (pid, thread) =>
  Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);

/** Nanoseconds that all its threads have had so far; Linux alone tells, elsewhere null. */
export function processorNanos(pid) {
  try {
    const threads = family(pid).flatMap((one) => readdirSync(`/proc/${one}/task`).map((thread) => [one, thread]));
    return threads.reduce((sum, [one, thread]) => sum + threadNanos(one, thread), 0);
  } catch {
    return null;
  }
}
