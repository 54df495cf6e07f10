/** Words of a command line as a POSIX shell takes them (POSIX.1-2024, Shell Command Language 2.2). */

const BARE = /^[\w@%+=:,./-]+$/;

/** The command line that a shell splits into exactly `args`; words that need no quotes have none. */
export const quote = (args: readonly string[]): string => args.map(quoteWord).join(' ');

const quoteWord = (word: string): string => (BARE.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
