/** A run's first and last words, as `run` answers with them, and all of them for foreground-raw. */

import { isLive } from '../process/machine.ts';
import type { ManagedProcess } from '../process/managed-process.ts';
import { MOST_CHARACTERS } from '../text/budget.ts';
import { assembleLines, type Stream } from '../text/lines.ts';
import { redactLines } from '../text/redact.ts';
import { collapseRepeats, repeatedText } from '../text/repeats.ts';
import { visibleLine, visibleText } from '../text/visible.ts';
import type { Workbench } from './workbench.ts';

const FIRST = 10;
const LAST = 10;

export interface FirstAndLast {
  readonly first: readonly string[];
  /** What comes after `first`; the two never overlap. */
  readonly last: readonly string[];
}

/** Of the present run alone: an id that was restarted keeps the output of its earlier runs. */
export function firstAndLast(process: ManagedProcess, workbench: Workbench): FirstAndLast {
  const { pieces, dropped } = process.output.read('combined', process.snapshot().runPosition);
  const lines = assembleLines(pieces, { view: 'tidy', live: isLive(process.state()), dropped: dropped > 0 });
  const texts = collapseRepeats(redactLines(lines, workbench.redact))
    .map((line) => repeatedText({ text: visibleLine(line.text), times: line.times }))
    .filter((text) => text.trim() !== '');
  return { first: texts.slice(0, FIRST), last: texts.slice(FIRST).slice(-LAST) };
}

/** Both streams in full, up to the cap that they share; the newest is kept. */
export function wholeOutput(process: ManagedProcess, workbench: Workbench): Record<string, unknown> {
  const text = (stream: Stream) => {
    const { pieces, dropped } = process.output.read(stream, process.snapshot().runPosition);
    const live = isLive(process.state());
    const lines = redactLines(assembleLines(pieces, { view: 'raw', live, dropped: dropped > 0 }), workbench.redact);
    return lines.map((line) => visibleText(line.text) + (line.complete ? '\n' : '')).join('');
  };
  const stdout = text('stdout');
  const stderr = text('stderr');
  const half = MOST_CHARACTERS / 2;
  const stderrRoom = Math.max(half, MOST_CHARACTERS - stdout.length);
  const keptErr = newest(stderr, stderrRoom);
  const keptOut = newest(stdout, MOST_CHARACTERS - keptErr.length);
  const truncated = keptOut.length < stdout.length || keptErr.length < stderr.length;
  return { stdout: keptOut, stderr: keptErr, truncated };
}

/** The last characters of a text, from the start of a line where there is one. */
function newest(text: string, room: number): string {
  if (text.length <= room) return text;
  const kept = text.slice(-room);
  return kept.slice(kept.indexOf('\n') + 1).toWellFormed();
}
