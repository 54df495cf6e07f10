/** Failures as Mocha lists them behind its counts: a number, titles a line each, then what was thrown. Pure. */

export interface MochaErrors {
  /** `null`: none of Mocha's lines; `'part'`: one, and more follows; else the message of a failure. Its stack comes behind it. */
  feed(text: string): string | 'part' | null;
}

const FAILING = /^ {2}\d+ failing$/;
const FIRST_TITLE = /^ {2}(?<number>\d+)\) (?<title>\S.*)$/;
/** Titles stand further in, or, as further lines of one, anywhere. */
const MESSAGE = /^ {5,6}(?<message>\S.*)$/;
/** Of suites within suites. */
const MOST_LINES = 20;

export function createMochaErrors(): MochaErrors {
  /** Of the failure that comes next; null where none are listed: the tests of a run are numbered too. */
  let number: number | null = null;
  let titles: string[] | null = null;

  function begins(text: string): boolean {
    if (FAILING.test(text)) {
      number = 1;
      return true;
    }
    const first = FIRST_TITLE.exec(text)?.groups;
    if (first === undefined || Number(first['number']) !== number) return false;
    number += 1;
    titles = [first['title'] ?? ''];
    return true;
  }

  return {
    feed(text) {
      if (begins(text)) return 'part';
      if (titles === null) return null;
      const message = MESSAGE.exec(text)?.groups?.['message'];
      if (message === undefined && titles.length < MOST_LINES) {
        if (text.trim() !== '') titles.push(text.trim());
        return 'part';
      }
      const name = titles.join(' › ').replace(/:$/, '');
      titles = null;
      return message === undefined ? null : `${name}: ${message}`;
    },
  };
}
