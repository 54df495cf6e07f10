/** Set-up of the model project: one seed for all files; at the end, how much was explored, a line per file of models. */
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one file of models has explored. */
export interface Tally {
  file: string;
  /** Calls of explore(), of these the ones that found an error: wrong twins and limits. */
  runs: number;
  refused: number;
  /** Executions that ran to their end, and that were given up because they could only repeat others. */
  executions: number;
  pruned: number;
  /** Of the scenarios that passed: how many up to so many preemptions; `any`: without a bound. */
  bounds: Record<string, number>;
  /** Times that a scenario had too many executions, and went on with a preemption less. */
  cut: number;
}

const number = (value: number, width: number): string => value.toLocaleString('en').padStart(width);

export function tallyLine({ file, runs, refused, executions, pruned, bounds, cut }: Tally): string {
  const scenarios = `${number(runs, 5)} scenarios (${number(refused, 3)} refused)`;
  const passed = Object.entries(bounds).map(([bound, count]) => `${bound}: ${count}`);
  const given = `${number(executions, 11)} executions ${number(pruned, 11)} given up`;
  return `${file.padEnd(16)} ${scenarios} ${given}  passed by bound ${passed.join(', ')}${cut === 0 ? '' : `; cut ${cut}`}`;
}

/** The lines of all files, and their sum. */
export function summaryOf(tallies: readonly Tally[]): string[] {
  const total: Tally = { file: 'all', runs: 0, refused: 0, executions: 0, pruned: 0, bounds: {}, cut: 0 };
  for (const { runs, refused, executions, pruned, bounds, cut } of tallies) {
    total.runs += runs;
    total.refused += refused;
    total.executions += executions;
    total.pruned += pruned;
    total.cut += cut;
    for (const [bound, count] of Object.entries(bounds)) total.bounds[bound] = (total.bounds[bound] ?? 0) + count;
  }
  return [...tallies.toSorted((a, b) => (a.file < b.file ? -1 : 1)), total].map(tallyLine);
}

const parse = (line: string): Tally => JSON.parse(line);

/** Vitest calls it before the files of the project; what it answers is called after them. */
export function setup(): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'devtool-mcp-model-'));
  process.env.MODEL_TALLY = directory;
  process.env.MODEL_SEED ??= `${randomInt(2 ** 31)}`;
  return () => {
    let text = '';
    try {
      text = readFileSync(join(directory, 'tally'), 'utf8');
    } catch {
      // No file of models has run.
    }
    rmSync(directory, { recursive: true, force: true });
    const lines = summaryOf(text.trim().split('\n').filter(Boolean).map(parse));
    const { MODEL_BOUND = '2', MODEL_SEED } = process.env;
    console.log(`\nExplored, up to ${MODEL_BOUND} preemptions, MODEL_SEED=${MODEL_SEED}:\n${lines.join('\n')}`);
  };
}
