/**
 * Runs that were asked for: the code comes as a script of our own origin, which no policy without `unsafe-eval` refuses, and
 * calls back under a name that no page can guess.
 */
import { facts } from './errors.ts';
import type { Link } from './link.ts';
import {
  apply,
  create,
  defineProperty,
  deleteProperty,
  later,
  list,
  listenTo,
  newScript,
  now,
  putInDocument,
  quietly,
  record,
  round,
  stopListening,
  takeOut,
  whenOurs,
} from './natives.ts';
import { plain, typeOf } from './plain.ts';
import { EXEC_CALLBACK } from './protocol.ts';
import { textOf } from './words.ts';

const LEVELS = ['log', 'info', 'warn', 'error', 'debug'] as const;
const MOST_LINES = 200;

type Run = (own: Console) => Promise<unknown>;

export function execute(link: Link, id: string, src: string): void {
  const name = EXEC_CALLBACK + id;
  const begun = now();
  const lines = list<string>();
  let script: HTMLScriptElement | null = null;
  let isAnswered = false;

  function answer(ok: boolean, type: string, value: unknown): void {
    if (isAnswered) return;
    isAnswered = true;
    quietly(() => deleteProperty(window, name));
    if (script !== null) takeOut(script);
    link.say({ say: 'answer', id, ok, type, value, console: lines, ms: round(now() - begun) });
  }

  const fail = (error: unknown) => answer(false, typeOf(error), record(facts(error)));
  const guarded = (run: () => void) => {
    try {
      run();
    } catch (error) {
      fail(error);
    }
  };
  const succeed = (value: unknown) => guarded(() => answer(true, typeOf(value), plain(value)));
  // What an async function gives is a promise of its own, whatever the page has made of `Promise`.
  const take = (run: Run) => guarded(() => whenOurs(run(consoleInto(lines)), succeed, fail));

  // A script that does not compile calls nobody: its error event is the window's, and comes before load.
  const onError = (event: Event) => {
    if (event instanceof ErrorEvent && event.filename === location.origin + src) fail(event.error ?? event.message);
  };
  const stop = () => stopListening(window, 'error', onError, true);

  guarded(() => {
    defineProperty(window, name, { value: take, configurable: true, enumerable: false, writable: false });
    script = newScript(src);
    listenTo(window, 'error', onError, true);
    listenTo(script, 'load', () => later(stop, 0));
    listenTo(script, 'error', () => {
      stop();
      fail(new Error(`the page's policy, or its network, kept the code from loading (${src})`));
    });
    putInDocument(script);
  });
}

/** A console that also keeps its lines for the answer. */
function consoleInto(lines: string[]): Console {
  const own: Console = create(console);
  for (let i = 0; i < LEVELS.length; i++) {
    const level = LEVELS[i] ?? 'log';
    const say = (...words: unknown[]) => {
      quietly(() => {
        if (lines.length < MOST_LINES) lines[lines.length] = `${level}: ${textOf(words)}`;
      });
      apply(console[level], console, words);
    };
    // Not assigned: a console that the page has frozen lets nobody have a method of that name.
    defineProperty(own, level, { value: say, configurable: true, writable: true, enumerable: true });
  }
  return own;
}
