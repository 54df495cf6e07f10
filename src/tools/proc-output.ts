/** `proc output`: what a process has written, made fit to be read, within a budget. */

import { isLive } from '../process/machine.ts';
import type { ManagedProcess } from '../process/managed-process.ts';
import { budgetFor, fitBudget, MOST_CHARACTERS } from '../text/budget.ts';
import { closingLine, escapeClosing } from '../text/envelope.ts';
import { assembleLines, isNew, type Line, type Stream } from '../text/lines.ts';
import { redactLines } from '../text/redact.ts';
import { type Collapsed, collapseRepeats, repeatedText } from '../text/repeats.ts';
import { type Chosen, selectLines } from '../text/select.ts';
import { visibleLine } from '../text/visible.ts';
import { matchesOf } from './matches.ts';
import { outputBudget } from './project-limits.ts';
import type { ToolResult } from './tool.ts';
import type { Workbench } from './workbench.ts';

/** Base64 of so many bytes is within the hard cap of an answer. */
const MOST_INLINE_BYTES = (MOST_CHARACTERS / 4) * 3;

export interface OutputInput {
  readonly stream: Stream | 'combined';
  readonly grep?: string | undefined;
  readonly grep_v?: string | undefined;
  readonly head?: number | undefined;
  readonly tail?: number | undefined;
  /** Cursor: only what came later. */
  readonly after?: number | undefined;
  readonly context: number;
  readonly raw: boolean;
  readonly encoding: 'utf8' | 'base64';
  readonly timestamps: boolean;
  readonly reveal: boolean;
}

export async function showOutput(
  process: ManagedProcess,
  input: OutputInput,
  workbench: Workbench,
): Promise<ToolResult> {
  if (input.encoding === 'base64') return bytes(process, input, workbench);
  const { pieces, dropped, cursor } = process.output.read(input.stream);
  const live = isLive(process.state());
  const assembled = assembleLines(pieces, { view: input.raw ? 'raw' : 'tidy', live, dropped: dropped > 0 });
  const safe = input.reveal ? assembled : redactLines(assembled, workbench.redact);
  const after = placeAfter(process, input.after, workbench);
  const fresh = after === undefined ? safe : safe.filter((line) => isNew(line, after));
  const { lines, times }: Collapsed<Line> = input.raw ? { lines: fresh, times: new Map() } : collapseRepeats(fresh);

  const selection = {
    grep: input.grep,
    grepV: input.grep_v,
    head: input.head,
    tail: input.tail,
    context: input.context,
  };
  const { chosen, total } = await selectLines(lines, selection, matcher(workbench));
  const texts = chosen.map((choice) => lineText(choice, times.get(choice.line), input, workbench));
  const budget = budgetFor(selection, outputBudget(process.path));
  const { from, to, truncated } = fitBudget(texts, budget);
  const shown = texts.slice(from, to);
  const facts = {
    lines: shown.length,
    total,
    dropped,
    truncated,
    cursor: workbench.cursors.of(Math.max(cursor, after ?? 0)),
  };
  return { kind: 'text', text: [...shown, closingLine(facts)].join('\n'), facts };
}

/** Where in its output a cursor stands. */
export const placeAfter = (
  process: ManagedProcess,
  after: number | undefined,
  { cursors }: Workbench,
): number | undefined => (after === undefined ? undefined : cursors.placeOf(after, process.output.end()));

const matcher = (workbench: Workbench) => (pattern: string, texts: readonly string[]) =>
  matchesOf(pattern, texts, workbench);

function lineText({ line, gap }: Chosen<Line>, times: number | undefined, input: OutputInput, workbench: Workbench) {
  const time = input.timestamps ? `${workbench.processes.iso(line.micros).slice(11, 23)} ` : '';
  return `${gap ? '--\n' : ''}${time}${escapeClosing(repeatedText(visibleLine(line.text), times))}`;
}

/** The bytes themselves: `tail` and `head` do not apply, `after` does. More than an answer may hold goes to a file. */
function bytes(process: ManagedProcess, input: OutputInput, workbench: Workbench): ToolResult {
  const { pieces, total, dropped, cursor } = process.output.read(
    input.stream,
    placeAfter(process, input.after, workbench) ?? 0,
  );
  const data = Buffer.concat(pieces.map((piece) => piece.bytes));
  const isLarge = data.length > MOST_INLINE_BYTES;
  const value = {
    process_id: process.id,
    stream: input.stream,
    encoding: 'base64',
    bytes: data.length,
    total_bytes: total,
    dropped_bytes: dropped,
    cursor: workbench.cursors.of(cursor),
    data: isLarge ? null : data.toString('base64'),
    file: isLarge ? workbench.saveLarge(data, 'bin') : null,
  };
  return { kind: 'data', value };
}
