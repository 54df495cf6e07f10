/** What somebody has pressed. */

export type Key = 'restart' | 'stop' | 'open' | 'errors' | 'previous' | 'next' | 'quit';

const KEYS: Readonly<Record<string, Key>> = {
  r: 'restart',
  s: 'stop',
  o: 'open',
  e: 'errors',
  k: 'previous',
  '\x1b[A': 'previous',
  '\x1bOA': 'previous',
  j: 'next',
  '\x1b[B': 'next',
  '\x1bOB': 'next',
  q: 'quit',
  '\x03': 'quit',
};

/** A sequence of a special key, else one character. */
const PRESSED = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O[A-Za-z])|./gsu;

/** Of what a terminal in raw mode has sent; keys that mean nothing are left out. */
export const keysOf = (text: string): Key[] =>
  [...text.matchAll(PRESSED)].flatMap(
    ([pressed]) => KEYS[pressed.length === 1 ? pressed.toLowerCase() : pressed] ?? [],
  );
