/** Sixty patterns on which a backtracking engine takes exponential or high polynomial time, each with 100 KB of input that shows it. */

export interface EvilPattern {
  readonly pattern: string;
  readonly input: string;
}

const SIZE = 100_000;

/** `unit` repeated to the full size, with what the pattern cannot match at the end. */
const evil = (pattern: string, unit: string, end = '!', start = ''): EvilPattern => ({
  pattern,
  input: start + unit.repeat(Math.ceil((SIZE - start.length - end.length) / unit.length)) + end,
});

export const EVIL_PATTERNS: readonly EvilPattern[] = [
  // Nested quantifiers: exponential.
  evil('^(a+)+$', 'a'),
  evil('^(a*)*$', 'a'),
  evil('^(a+)*$', 'a'),
  evil('^(a*)+$', 'a'),
  evil('^((a+)+)+$', 'a'),
  evil('^(a+){2,}$', 'a'),
  evil('^(a{1,5})+$', 'a'),
  evil('^(?:a+)+$', 'a'),
  evil('^([a-z]+)*$', 'a'),
  evil('^([a-zA-Z]+)*\\d$', 'aB'),
  evil('(x+x+)+y', 'x', ''),
  evil('(\\w+\\s?)+$', 'word', '\u0000'),
  evil('^(\\w+\\s?)*$', 'word ', '\u0000'),
  evil('^(\\d+)+$', '1'),
  evil('^(.+)+\\n$', 'a', ''),
  evil('^(\\s+)+$', ' '),
  evil('^([^"]+)*$', 'a', '"'),
  evil('^(a+b?)+$', 'a'),
  evil('^(a?a+)+$', 'a'),
  evil('^(ab+)+c$', 'abb', ''),
  // Alternatives that overlap: exponential.
  evil('^(a|a)+$', 'a'),
  evil('^(a|aa)+$', 'a'),
  evil('^(a|a?)+$', 'a'),
  evil('^(a|b|ab)*$', 'ab', '!'),
  evil('^(\\w|\\d)+$', '1'),
  evil('^(.|\\w)*;$', 'a', ''),
  evil('^(\\s|\\n|\\t)+$', '\t'),
  evil('^(?:\\w+|\\d+)+$', '12'),
  evil('^(foo|fo|o)+$', 'foo'),
  evil('^([ab]|[bc])+$', 'b'),
  // Nested in groups, classes, look-arounds and back-references.
  evil('^(?=(a+)+b)', 'a', ''),
  evil('^(?!(a+)+b)c', 'a', ''),
  evil('(?<=^(a+)+)b', 'a', '!'),
  evil('^(a+)\\1+$', 'a'),
  evil('^(a+)+\\1$', 'a'),
  evil('^(?<run>a+)+\\k<run>b$', 'a', ''),
  evil('^((ab)*)*c$', 'ab', ''),
  evil('^(([a-z])+.)+[A-Z]([a-z])+$', 'a', ''),
  evil('^(a+)+?$', 'a'),
  evil('^(a+?)+?$', 'a'),
  evil('^(a{0,9}){0,999}$', 'a'),
  evil('^(((a?)+)?)+b$', 'a', ''),
  // From the field: published advisories' shapes.
  evil('^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+$', 'a', '!'),
  evil('^(([a-z]+)\\.?)+@x$', 'a', ''),
  evil('^(\\/?[^\\/]+)+\\?$', 'a', ''),
  evil('^(-?\\d+(,\\d+)*)+x$', '1', ''),
  evil('^\\s*([\\w-]+\\s*)*;$', 'a', ''),
  evil('^(?:[^<>]+|<[^>]*)*>$', 'a', '<'),
  evil('^("(\\\\?.)*"|[^"])*$', '"\\a', '"'),
  evil('^([^=]+=?)+;$', 'a', '!'),
  evil('<!--(?:-?[^>-]+-?)+-->', 'a', '', '<!--'),
  evil('^(?:.*,){11}P', '1,', ''),
  // Polynomial: no exponential blow-up, but far too slow at this size.
  evil('\\s+$', ' ', 'x'),
  evil('.*.*=.*', 'x', ''),
  evil('a*a*a*b', 'a', ''),
  evil('\\d+\\d+\\d+x', '1', ''),
  evil('(.*)(.*)(.*)z$', 'a', ''),
  evil('^.*a.*a.*a.*a.*$b', 'a', ''),
  evil('[a-z]+[a-z]+@', 'a', ''),
  evil('x*y*x*y*x*z', 'x', '', ''),
];
