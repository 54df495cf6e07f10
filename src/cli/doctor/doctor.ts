/** `devtool-mcp doctor`: each hop from this machine to a page, which is broken, and how to mend it. Starts nothing. */
import { helpOf } from '../help.ts';
import { DOCTOR } from '../own-commands.ts';
import { home } from '../surroundings.ts';
import { parseWords } from '../words.ts';
import { type Check, warning } from './check.ts';
import { type DaemonFound, daemonChecks } from './daemon.ts';
import { directoryChecks, filesCheck } from './directories.ts';
import { leftoverChecks } from './leftovers.ts';
import { machineChecks } from './machine.ts';
import { runningChecks } from './running.ts';

export async function doctor(words: readonly string[]): Promise<number> {
  const { json, help } = parseWords(words, DOCTOR, () => '');
  if (help) {
    process.stdout.write(helpOf(DOCTOR, null));
    return 0;
  }
  const checks = await examine();
  const isBroken = checks.some(({ verdict }) => verdict === 'broken');
  process.stdout.write(json ? `${JSON.stringify({ ok: !isBroken, checks })}\n` : report(checks));
  return isBroken ? 1 : 0;
}

async function examine(): Promise<Check[]> {
  const place = home();
  const local = [...machineChecks(), ...directoryChecks(place, process.getuid?.() ?? null)];
  const { checks, epoch, session } = await daemonChecks(place).catch(gone);
  const running = session === null ? [] : await runningChecks(session, process.cwd()).catch(lostCheck);
  session?.close();
  const left = epoch === 0 ? leftoverChecks(place) : [];
  return [...local, ...checks, ...running, ...left, filesCheck(place, epoch)];
}

/** It was there a moment ago: it ends when it is idle, or was told to. */
const lostCheck = (error: unknown): Check[] => [
  warning('daemon', `has ended meanwhile: ${error instanceof Error ? error.message : String(error)}`, 'Try again.'),
];

const gone = (error: unknown): DaemonFound => ({ checks: lostCheck(error), epoch: 0, session: null });

/** A line for each hop, what to do below those that need it, and the sum. */
export function report(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ hop }) => hop.length));
  const lines = checks.flatMap(({ hop, verdict, found, mend }) => [
    `${verdict.padEnd(7)}  ${hop.padEnd(width)}  ${found}`,
    ...(mend === null ? [] : [`${' '.repeat(width + 11)}→ ${mend}`]),
  ]);
  const count = (verdict: Check['verdict']) => checks.filter((check) => check.verdict === verdict).length;
  const warnings = count('warning') === 1 ? '1 warning' : `${count('warning')} warnings`;
  return `${[...lines, `${count('ok')} ok, ${warnings}, ${count('broken')} broken`].join('\n')}\n`;
}
