/**
 * Runs that were asked for: the code comes as a script of our own origin, which no policy without `unsafe-eval` refuses, and
 * calls back under a name that no page can guess.
 */
import { textOf } from './console.ts';
import { facts } from './errors.ts';
import type { Link } from './link.ts';
import { defineProperty, later, list, NativePromise, now, record, round } from './natives.ts';
import { plain, typeOf } from './plain.ts';
import { EXEC_CALLBACK } from './protocol.ts';

const LEVELS = ['log', 'info', 'warn', 'error', 'debug'] as const;
const MOST_LINES = 200;

type Run = (own: Console) => unknown;

export function execute(link: Link, id: string, src: string): void {
  const name = EXEC_CALLBACK + id;
  const begun = now();
  const lines = list<string>();
  let isAnswered = false;

  function answer(ok: boolean, type: string, value: unknown): void {
    if (isAnswered) return;
    isAnswered = true;
    Reflect.deleteProperty(window, name);
    script.remove();
    link.say({ say: 'answer', id, ok, type, value, console: lines, ms: round(now() - begun) });
  }

  const fail = (error: unknown) => answer(false, typeOf(error), record(facts(error)));

  const take = (run: Run) => {
    const settled = new NativePromise<unknown>((resolve) => resolve(run(consoleInto(lines))));
    settled.then((value) => answer(true, typeOf(value), plain(value)), fail);
  };
  defineProperty(window, name, { value: take, configurable: true, enumerable: false, writable: false });

  const script = document.createElement('script');
  script.src = src;
  const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce;
  if (nonce) script.nonce = nonce;
  // A script that does not compile calls nobody: its error event is the window's, and comes before load.
  const onError = (event: ErrorEvent) => {
    if (event.filename.endsWith(src)) fail(event.error ?? event.message);
  };
  window.addEventListener('error', onError, true);
  script.onload = () => later(() => window.removeEventListener('error', onError, true), 0);
  script.onerror = () => {
    window.removeEventListener('error', onError, true);
    fail(new Error(`the page's policy, or its network, kept the code from loading (${src})`));
  };
  (document.head ?? document.documentElement).append(script);
}

/** A console that also keeps its lines for the answer. */
function consoleInto(lines: string[]): Console {
  const own: Console = Object.create(console);
  for (const level of LEVELS) {
    own[level] = (...words: unknown[]) => {
      if (lines.length < MOST_LINES) lines[lines.length] = `${level}: ${textOf(words)}`;
      console[level](...words);
    };
  }
  return own;
}
