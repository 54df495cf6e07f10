/** How tools print errors: a regular expression for each form, with groups by name. Each is anchored, and looks at one line. */

export type Kind = 'compile' | 'runtime' | 'test';

/** A build or a check has gone through: what it had complained of is mended. */
export const BUILT =
  /^(?:.*Found 0 errors?\b|.*[Cc]ompiled (?:client and server )?(?:successfully|in \d)|\s*✓ (?:Compiled|built in)|⚡ Done in |\[watch\] build finished|created \S.* in [\d.]+ ?m?s$|✔ rolldown .*Finished in|✨ Built in|.*\b(?:hmr update|page reload) |webpack .*compiled successfully|\s*Finished (?:`|dev|release)|BUILD SUCCESS|✔ No ESLint)/;

/** Tests have passed: Vitest, Jest, cargo, pytest, unittest, go, Node; Mocha, which tells those that failed after it. */
export const TESTED =
  /^(?:\s*Test Files\s+\d+ passed \(|Tests: +\d+ passed, \d+ total|test result: ok\b|=+ \d+ passed\b[^,]* in |\d+ passed in |OK(?: \(|$)|ok\s+\S+\s+(?:[\d.]+s|\(cached\))|(?:# |ℹ )fail 0$| {2}\d+ passing \()/;

/** What a test has printed follows, up to the next of the runner's own lines: Jest, Vitest. */
export const PRINTED = /^(?: {2}console\.\w+|std(?:err|out) \| \S.*)$/;
export const RUNNERS_OWN = /^(?:(?:PASS|FAIL) | {1,4}[✓✕×❯●] | *Test (?:Files|Suites)\b|Tests: )/;

/** Message and place on one line. */
export const WHOLE: readonly (readonly [RegExp, Kind])[] = [
  // tsc; `tsc --pretty` and vue-tsc
  [/^(?<file>[^\s(][^(]*)\((?<line>\d+),(?<column>\d+)\): error (?<message>TS\d+: .*)$/, 'compile'],
  [/^(?<file>\S+?):(?<line>\d+):(?<column>\d+) - error (?<message>TS\d+: .*)$/, 'compile'],
  // csc by dotnet; Maven; Rollup, as `vite build` shows it
  [/^(?<file>[^\s(][^(]*)\((?<line>\d+),(?<column>\d+)\): error (?<message>[CF]S\d+: .*)$/, 'compile'],
  [/^\[ERROR\] (?<file>\S+\.\w+):\[(?<line>\d+),(?<column>\d+)\] (?<message>.*)$/, 'compile'],
  [/^(?<file>[^\s()]+\.\w+) \((?<line>\d+):(?<column>\d+)\): (?<message>.*)$/, 'compile'],
  // Rollup itself
  [
    /^\[!\] (?:\(plugin [^)]*\) )?\w*Error: (?:(?<file>[^\s()]+) \((?<line>\d+):(?<column>\d+)\): )(?<message>.*)$/,
    'compile',
  ],
  [/^\[!\] (?:\(plugin [^)]*\) )?\w*Error: (?<message>Could not resolve "[^"]*" from "(?<file>[^"]*)")$/, 'compile'],
  [/^\[!\] (?:\(plugin [^)]*\) )?\w*Error: (?<message>.*)$/, 'compile'],
  // javac, kotlinc, gcc
  [/^(?<file>\S+\.\w+):(?<line>\d+)(?::(?<column>\d+))?: (?:fatal )?error: (?<message>.*)$/, 'compile'],
  [/^(?:\S*ld: )?(?<file>\S+):\(\.text\S*\): (?<message>undefined reference .*)$/, 'compile'],
  // go build, go vet; go test
  [/^(?:vet: )?(?<file>\S+\.go):(?<line>\d+):(?<column>\d+): (?<message>.*)$/, 'compile'],
  [/^\s{4,}(?<file>\S+_test\.go):(?<line>\d+): (?<message>.*)$/, 'test'],
  // Rust before 1.73
  [/^thread '[^']*' panicked at '(?<message>.*)', (?<file>\S+):(?<line>\d+):(?<column>\d+)$/, 'runtime'],
];

/**
 * The message; the place follows. `maybe`: only with a place, or with an error's own words behind it: it is a summary, or a log's
 * line, without.
 */
export const MESSAGES: readonly (readonly [RegExp, Kind, 'maybe'?])[] = [
  [/^(?:✘|X) \[ERROR\] (?<message>.*)$/, 'compile'],
  [/^.*\[vite\] (?:\(client\) |\(ssr\) )?(?:Internal server error|Pre-transform error): (?<message>.*)$/, 'compile'],
  [/^\[(?:PARSE|UNRESOLVED|MISSING|SYNTAX)_\w+\] (?<message>.*)$/, 'compile'],
  // rolldown names the plugin
  [/^\[(?:builtin:|plugin )[\w@/:.-]+\] (?<message>.*)$/, 'compile', 'maybe'],
  [/^error(?:\[E\d+\])?: (?!aborting|could not compile|test failed)(?<message>.*)$/, 'compile'],
  [
    /^\s*(?:×|✗|✖) (?!Build failed|failing tests:|\d+ problem)(?<message>\S.*?)(?: \(?[\d.]+ ?m?s\)?)?$/,
    'test',
    'maybe',
  ],
  // Parcel
  [/^@parcel\/[\w-]+: (?!Cannot load file)(?<message>.*)$/, 'compile'],
  [/^\s*not ok \d+ - (?<message>.*)$/, 'test', 'maybe'],
  [/^\s*● (?<message>.* › .*)$/, 'test'],
  [/^\s*● (?!Console$|.*Warning)(?<message>\S.*)$/, 'test', 'maybe'],
  [/^\s*FAIL\s+(?<message>\S+\.[cm]?[jt]sx? > .*)$/, 'test'],
  [/^\s*FAIL\s+(?<message>(?<file>\S+\.[cm]?[jt]sx?))(?: \[.*\])?$/, 'test', 'maybe'],
  [/^Exception in thread "[^"]*" (?<message>.*)$/, 'runtime'],
  [/^panic: (?<message>.*)$/, 'runtime'],
  [
    /^ {0,4}(?:⨯ )?(?:Uncaught )?(?<message>(?:[A-Z]\w*)?(?:Error|Exception|UnhandledPromiseRejection)(?: \[\w+\])?: .*)$/,
    'runtime',
  ],
  // Of Java, in a log
  [/^(?<message>(?:[a-z]\w*\.){1,8}[A-Z]\w*(?:Error|Exception): .*)$/, 'runtime', 'maybe'],
  // A log's own words, then the error
  [/^\S.{0,80}?[:\])] (?<message>[A-Z]\w*(?:Error|Exception)(?: \[\w+\])?: .*)$/, 'runtime', 'maybe'],
];

/** The place of what was said before it. */
export const PLACES: readonly RegExp[] = [
  /^\s*(?:-->|File:|╭─\[|,-\[) *(?<file>[^\s:\]]+):(?<line>\d+):(?<column>\d+)/,
  /^\s{2,}(?<file>[^\s:]+\.\w+):(?<line>\d+):(?<column>\d+):?$/,
  /^\s*(?:❯|at) .*?\(?(?:file:\/\/)?(?<file>(?!node:)[^\s():]*[^\s():/]\.\w+):(?<line>\d+):(?<column>\d+)\)?(?: \{)?$/,
  /^\s*at .*\((?<file>[\w$]+\.(?:java|kt|scala)):(?<line>\d+)\)$/,
  /^\t(?<file>\/\S+\.go):(?<line>\d+)(?: \+0x[\da-f]+)?$/,
  // TAP
  /^\s*location: '(?<file>[^']+):(?<line>\d+):(?<column>\d+)'$/,
];

/** A package's own lines are not where a person has to look. */
export const FOREIGN = /node_modules|\/go\/src\/|\/usr\/local\/go\/|internal\//;

/** The place first, the message on a line below: webpack, Next, Rust. */
export const HEADINGS: readonly (readonly [RegExp, Kind])[] = [
  [/^ERROR in (?<file>\.?\/?\S+)(?: (?<line>\d+):(?<column>\d+)(?:-\d+)?)?$/, 'compile'],
  [/^ ?(?:⨯ )?(?<file>\.\/\S+\.\w+):(?<line>\d+):(?<column>\d+)$/, 'compile'],
  [/^thread '[^']*'(?: \(\d+\))? panicked at (?<file>\S+):(?<line>\d+):(?<column>\d+):$/, 'runtime'],
];

/** Before an error that ends a program Node quotes where it was thrown. */
export const THROWN_AT = /^(?:file:\/\/)?(?<file>\/\S+\.[cm]?[jt]sx?):(?<line>\d+)$/;
/** Of a module that was not found. */
export const IMPORTED_FROM = / imported from (?:file:\/\/)?(?<file>\/\S+)$/;

/** More about the error that was told last: Java; TAP. */
export const MORE: readonly (readonly [RegExp, (more: string) => string])[] = [
  [/^Caused by: (?<more>.*)$/, (more) => ` (caused by ${more})`],
  [/^\s*error: '(?<more>.+)'$/, (more) => `: ${more}`],
];

/** Only announces what comes: `Transform failed with 1 error:`. */
export const ANNOUNCES = /\bwith \d+ errors?:$/;
/** A heading behind that alone: Turbopack names a file without a place in it. */
export const FILE = /^(?<file>\.\/\S+\.\w+)$/;
