/** Entry of the thread that runs users' patterns. It may be terminated at any moment, so it holds nothing but the job at hand. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { type Answer, type Job, READY, type Verdict } from './job.ts';

const port: MessagePort = workerData.port;

port.on('message', (job: Job) => {
  const answer: Answer = { id: job.id, verdict: judge(job) };
  port.postMessage(answer);
});
port.postMessage(READY);

function judge(job: Job): Verdict {
  try {
    const pattern = new RegExp(job.pattern, job.flags);
    return job.task === 'test' ? tested(pattern, job) : found(pattern, job);
  } catch (error) {
    // Also when it runs for the first time, which is when the engine compiles it: "regular expression too large".
    if (error instanceof SyntaxError) return { kind: 'invalid', reason: error.message };
    return { kind: 'exhausted' };
  }
}

function tested(pattern: RegExp, { joined, ends }: Job): Verdict {
  const matches = new Uint8Array(ends.length);
  ends.forEach((end, index) => {
    matches[index] = pattern.test(joined.slice(ends[index - 1] ?? 0, end)) ? 1 : 0;
  });
  return { kind: 'tested', matches };
}

function found(pattern: RegExp, { joined, ends }: Job): Verdict {
  for (const [index, end] of ends.entries()) {
    const match = pattern.exec(joined.slice(ends[index - 1] ?? 0, end));
    if (match !== null) return { kind: 'found', index, match: match[0], url: match.groups?.url ?? null };
  }
  return { kind: 'absent' };
}
