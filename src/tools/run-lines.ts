/** A run's first and last words, as `run` answers with them, and all of them for foreground-raw. */

import { isLive } from '../process/machine.ts';
import type { ManagedProcess } from '../process/managed-process.ts';
import { assembleLines, type Stream } from '../text/lines.ts';
import { redactLines } from '../text/redact.ts';
import { collapseRepeats, repeatedText } from '../text/repeats.ts';
import { visibleLine, visibleText } from '../text/visible.ts';
import type { Workbench } from './workbench.ts';

const FIRST = 10;
const LAST = 10;
/** So many characters fewer at least in each try to fit. */
const SPARE = 64;

export interface FirstAndLast {
  readonly first: readonly string[];
  /** What comes after `first`; the two never overlap. */
  readonly last: readonly string[];
}

/** Of the present run alone: an id that was restarted keeps the output of its earlier runs. */
export function firstAndLast(process: ManagedProcess, workbench: Workbench): FirstAndLast {
  const { pieces, dropped } = process.output.read('combined', process.snapshot().runPosition);
  const lines = assembleLines(pieces, { view: 'tidy', live: isLive(process.state()), dropped: dropped > 0 });
  const runs = collapseRepeats(redactLines(lines, workbench.redact));
  const texts = runs.lines
    .map((line) => repeatedText(visibleLine(line.text), runs.times.get(line)))
    .filter((text) => text.trim() !== '');
  return { first: texts.slice(0, FIRST), last: texts.slice(FIRST).slice(-LAST) };
}

/** Both streams in full, up to `room` characters as JSON writes them, which they share; the newest are kept. */
export function wholeOutput(process: ManagedProcess, workbench: Workbench, room: number): Record<string, unknown> {
  const read = (stream: Stream) => {
    const { pieces, dropped } = process.output.read(stream, process.snapshot().runPosition);
    const live = isLive(process.state());
    const lines = redactLines(assembleLines(pieces, { view: 'raw', live, dropped: dropped > 0 }), workbench.redact);
    return { dropped, text: lines.map((line) => visibleText(line.text) + (line.complete ? '\n' : '')).join('') };
  };
  const out = read('stdout');
  const err = read('stderr');
  const stderr = newest(err.text, Math.max(room / 2, room - written(out.text)));
  const stdout = newest(out.text, room - written(stderr));
  const isShort = stdout.length < out.text.length || stderr.length < err.text.length;
  return { stdout, stderr, truncated: isShort || out.dropped + err.dropped > 0 };
}

const written = (text: string): number => JSON.stringify(text).length;

/** The last characters of a text, from the start of a line where there is one. */
function newest(text: string, room: number): string {
  let kept = text;
  for (let length = written(kept); length > room && kept !== ''; length = written(kept)) {
    const fewer = Math.min(Math.floor((kept.length * room) / length), kept.length - SPARE);
    kept = fewer > 0 ? kept.slice(-fewer) : '';
  }
  return kept.length === text.length ? text : kept.slice(kept.indexOf('\n') + 1).toWellFormed();
}
