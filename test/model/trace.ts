/** What threads did, in words: a column per thread, a line per step. */
import { record } from './door.ts';
import type { Model, Traced } from './execution.ts';
import type { Place } from './step.ts';

type Label = Model['label'];

/** Lines of a trace, each step in its thread's column. */
export function formatTrace(steps: readonly Traced[], threads: number, label: Label): string[] {
  const texts = steps.map((step) => describe(step, label));
  const widths = Array.from({ length: threads }, (_, id) =>
    Math.max(2, ...texts.filter((_text, n) => steps[n]?.thread === id).map((text) => text.length)),
  );
  const row = (id: number, text: string) =>
    widths
      .map((width, column) => (column === id ? text : '').padEnd(width))
      .join(' │ ')
      .trimEnd();
  const heads = widths.map((width, id) => `T${id}`.padEnd(width)).join(' │ ');
  return [heads.trimEnd(), ...steps.map(({ thread }, n) => row(thread, texts[n] ?? ''))];
}

/** The operations of `body` in order, to assert the order of stores without mocks: `load tail`, `store tail 3`. */
export function traceOf(
  body: () => void,
  label: (buffer: SharedArrayBuffer, byte: number) => string | undefined,
): string[] {
  const lines: string[] = [];
  record((kind, place, detail) => lines.push([kind, ...nameOf(place, label), ...wordsOf(detail)].join(' ')), body);
  return lines;
}

function describe({ kind, place, detail, result }: Traced, label: Label): string {
  if (kind === 'stall') return 'stalls for ever';
  const words = [kind === 'return' ? '' : kind, ...nameOf(place, label), ...wordsOf(detail)].filter(
    (word) => word !== '',
  );
  if (result === undefined) return words.join(' ');
  return `${words.join(' ')} = ${show(result)}`;
}

const nameOf = (place: Place | undefined, label: Label): string[] =>
  place === undefined ? [] : [label?.(place.view.buffer, place.byte) ?? `@${place.byte}`];
const wordsOf = (detail: unknown): string[] => (detail === '' ? [] : [String(detail)]);

function show(value: unknown): string {
  if (value instanceof Uint8Array) return `[${value.join(' ')}]`;
  if (typeof value === 'bigint') return `${value}`;
  if (typeof value === 'number' || typeof value === 'string') return `${value}`;
  return JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? `${part}` : part)) ?? '';
}
