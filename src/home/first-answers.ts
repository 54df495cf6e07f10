/** What a daemon answers to a client's first questions: written into the build, so that a front can answer them while the daemon starts. */

type Result = Readonly<Record<string, unknown>>;

export interface FirstAnswers {
  /** Protocol versions that begin with `initialize`; each is told the one that it asks for. */
  readonly versions: readonly string[];
  readonly initialize: Result;
  readonly tools: Result;
  /** The protocol version whose requests each say which one they are of. */
  readonly modern: { readonly version: string; readonly discover: Result; readonly tools: Result };
}
