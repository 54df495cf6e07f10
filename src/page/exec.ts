/**
 * Runs that were asked for: the code comes as a script of our own origin, which no policy without `unsafe-eval` refuses, and
 * calls back under a name that no page can guess.
 */
import { facts } from './errors.ts';
import type { Link } from './link.ts';
import {
  apply,
  bytesOf,
  clock,
  encode,
  later,
  list,
  listenTo,
  newScript,
  put,
  quietly,
  round,
  saved,
  setPrototypeOf,
  whenOurs,
} from './natives.ts';
import { type Limits, plain, typeOf } from './plain.ts';
import { EXEC_CALLBACK } from './protocol.ts';
import { textOf } from './words.ts';

const LEVELS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table', 'group', 'groupCollapsed'] as const;
const MOST_LINES = 200;
const MOST_LINE_CHARS = 100_000;

/** A message has at most 1 MiB: what does not fit in whole is told in part. A character may take six bytes there. */
const MOST_BYTES = 800_000;
const WHOLE: Limits = { depth: 12, keys: 10_000, text: 800_000, nodes: 10_000, characters: 800_000 };
const PART: Limits = { depth: 6, keys: 1_000, text: 100_000, nodes: 5_000, characters: 100_000 };

type Run = (own: Console) => Promise<unknown>;

export function execute(link: Link, id: string, path: string): void {
  const src = location.origin + path;
  const name = EXEC_CALLBACK + id;
  const begun = clock();
  const lines = list<string>();
  let script: HTMLScriptElement | null = null;
  let isAnswered = false;

  function answer(ok: boolean, type: string, { value, cut }: Told): void {
    if (isAnswered) return;
    isAnswered = true;
    quietly(() => saved.deleteProperty(window, name));
    if (script !== null) saved.takeOut(script);
    link.say({ say: 'answer', id, ok, type, value, console: lines, ms: round(clock() - begun), cut });
  }

  const fail = (error: unknown) => answer(false, typeOf(error), { value: facts(error), cut: false });
  const guarded = (run: () => void) => {
    try {
      run();
    } catch (error) {
      fail(error);
    }
  };
  const succeed = (value: unknown) => guarded(() => answer(true, typeOf(value), told(value)));
  // What an async function gives is a promise of its own, whatever the page has made of `Promise`.
  const take = (run: Run) => guarded(() => whenOurs(run(consoleInto(lines)), succeed, fail));

  // A script that does not compile calls nobody: its error event is the window's, and comes before load.
  const onError = (event: Event) => {
    if (event instanceof ErrorEvent && event.filename === src) fail(event.error ?? event.message);
  };
  const stop = () => saved.stopListening(window, 'error', onError, true);
  const refused = () => fail(new Error(`the page's policy, or its network, kept the code from loading (${src})`));

  guarded(() => {
    put(window, name, take, false);
    script = scriptOf(src);
    // Where only trusted types name scripts, an import still names a module (Trusted Types 4.3).
    if (script === null) {
      whenOurs(import(src), () => {}, refused);
      return;
    }
    listenTo(window, 'error', onError, true);
    listenTo(script, 'load', () => later(stop, 0));
    listenTo(script, 'error', () => {
      stop();
      refused();
    });
    saved.append(saved.rootOf(document), script);
  });
}

/** Null where the page's policy lets no text name a script. */
function scriptOf(src: string): HTMLScriptElement | null {
  try {
    return newScript(src);
  } catch {
    return null;
  }
}

interface Told {
  readonly value: unknown;
  readonly cut: boolean;
}

function told(value: unknown): Told {
  const whole = plain(value, WHOLE);
  if (bytesOf(encode(whole)) <= MOST_BYTES) return { value: whole, cut: false };
  return { value: plain(value, PART), cut: true };
}

/** A console that also keeps its lines for the answer. */
function consoleInto(lines: string[]): Console {
  const own = setPrototypeOf({}, console) as Console;
  let chars = 0;
  for (let i = 0; i < LEVELS.length; i++) {
    const level = LEVELS[i] ?? 'log';
    const say = (...words: unknown[]) => {
      quietly(() => {
        if (lines.length >= MOST_LINES || chars > MOST_LINE_CHARS) return;
        const line = `${level}: ${textOf(words)}`;
        lines[lines.length] = line;
        chars += line.length;
      });
      apply(console[level], console, words);
    };
    // Not assigned: a console that the page has frozen lets nobody have a method of that name.
    put(own, level, say, true);
  }
  return own;
}
