/** What the lookout tells the client of; `clock` says when it happened. */
import type { Way } from './way.ts';

/** A request of the page's scripts. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly begun: number;
  /** Its stack is made into a text only when somebody asks. */
  readonly made: Error;
}

/** An answer that was read as JSON and is none. */
export interface Misread {
  /** Its stack says where the answer was read. */
  readonly made: Error;
  readonly url: string;
}

/** An element whose resource did not load, as it was then. */
export interface Missing {
  readonly name: string;
  readonly url: string;
  readonly way: Way;
}

export interface Receiver {
  /** A call of the console; `made`: where, if that is worth it. */
  printed(method: string, words: readonly unknown[], made: Error | null): void;
  /** An `error` event with a message, or of the window itself. */
  thrown(event: Event): void;
  rejected(event: PromiseRejectionEvent): void;
  /** What was told as unhandled (WHATWG HTML 8.1.7.3). */
  handled(event: PromiseRejectionEvent): void;
  missing(missing: Missing): void;
  blocked(event: SecurityPolicyViolationEvent): void;
  /** With a status that is a failure, or slowly. */
  answered(asked: Asked, status: number): void;
  failed(asked: Asked, reason: string): void;
  misread(error: object, reading: Misread): void;
  /** What a person does, while it is on its way through the document. */
  acted(event: Event): void;
  /** There may be a frame that was not there before, or another document in one. */
  framed(): void;
  moved(from: string, to: string, how: string): void;
  logged(message: unknown, level: unknown, data: unknown): void;
  /** The page has loaded, or takes long for it. */
  due(hasLoaded: boolean): void;
  left(mayComeBack: boolean): void;
  /** Out of the back-forward cache. */
  cameBack(): void;
}
