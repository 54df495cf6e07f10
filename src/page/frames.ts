/**
 * Frames that a page fills itself (`srcdoc`, `about:blank`, `blob:`): no document of theirs came through the proxy, so the page around
 * them tells what is thrown and printed there. A frame's first document keeps the window of the empty one before it (WHATWG HTML 7.5.1),
 * so that what is put there in time sees its first script.
 */
import { facts } from './errors.ts';
import type { Link } from './link.ts';
import { MARK } from './lookout/mark.ts';
import { get } from './lookout/property.ts';
import { apply, later, listenTo, lookUp, NativeWeakMap, noteDown, patch, quietly } from './natives.ts';
import { isError } from './plain.ts';
import { selectorOf } from './selector.ts';
import { textOf } from './words.ts';

const LEVELS = ['debug', 'log', 'info', 'warn', 'error', 'trace', 'dir', 'table', 'assert'] as const;
/** Of a page with more, the others are not looked at. */
const MOST_FRAMES = 100;

type Frame = Window & typeof globalThis;

/** Returns what looks at all that there are. */
export function watchFrames(link: Link): () => void {
  const watched = new NativeWeakMap<object, unknown>();
  return look;

  function look(): void {
    for (let i = 0; i < window.length && i < MOST_FRAMES; i++) quietly(() => watch(window[i] as Frame));
  }

  /** Throws for one of another origin. */
  function watch(frame: Frame): void {
    // Of this very window: a frame that was filled again has another, and other classes.
    const realm = get(frame, 'Object') as object;
    const known = lookUp(watched, realm);
    if (known === undefined && !(MARK in frame)) begin(frame, realm);
    // `document.open` has taken them away; those that are there are not doubled.
    else if (typeof known === 'function') apply(known as () => void, undefined, []);
  }

  function begin(frame: Frame, realm: object): void {
    const tell = (kind: 'error' | 'console', said: Record<string, unknown>) => {
      // Since then a document with a client of its own has come there.
      if (!(MARK in frame)) link.report(kind, { ...said, in: nameOf(frame) });
    };
    const onError = (event: Event) => quietly(() => noteError(event, tell));
    const onRejection = (event: Event) =>
      quietly(() => tell('error', { source: 'unhandledrejection', ...facts(get(event, 'reason')) }));
    const onLeave = () => later(look, 0);
    const listen = () => {
      listenTo(frame, 'error', onError, true);
      listenTo(frame, 'unhandledrejection', onRejection);
      listenTo(frame, 'pagehide', onLeave);
    };
    noteDown(watched, realm, listen);
    listen();
    for (let i = 0; i < LEVELS.length; i++) watchLevel(frame.console, LEVELS[i] ?? 'log', tell);
  }
}

type Tell = (kind: 'error' | 'console', said: Record<string, unknown>) => void;

/** Classes of a frame are its own: what an event is shows in what it has. */
function noteError(event: Event, tell: Tell): void {
  const message: unknown = get(event, 'message');
  if (typeof message !== 'string') return;
  const known = facts(get(event, 'error') ?? message);
  const place = { file: get(event, 'filename'), line: get(event, 'lineno'), column: get(event, 'colno') };
  tell('error', { source: 'uncaught', ...known, ...place });
}

function watchLevel(console: Console, level: (typeof LEVELS)[number], tell: Tell): void {
  patch(console, level, (original, _, words) => {
    quietly(() => notePrinted(level, words, tell));
    return apply(original, console, words);
  });
}

function notePrinted(level: (typeof LEVELS)[number], words: readonly unknown[], tell: Tell): void {
  if (level === 'assert' && words[0]) return;
  const said = level === 'assert' ? ['Assertion failed', ...words.slice(1)] : words;
  let error: unknown = null;
  for (let i = 0; i < said.length && error === null; i++) if (isError(said[i])) error = facts(said[i]);
  tell('console', {
    level: level === 'assert' ? 'error' : level,
    text: textOf(said),
    ...(error === null ? {} : { error }),
  });
}

function nameOf(frame: Window): string {
  const element = frame.frameElement;
  return element === null ? 'a frame' : `frame ${selectorOf(element)}`;
}
