/** One run of a supervised process: its child, its tree, and how far it has come towards its end. */
import type { Child } from './child.ts';
import type { Looks } from './looks.ts';
import type { RunTree } from './run-tree.ts';

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: number | null;
}

export interface Run {
  readonly number: number;
  readonly child: Child;
  readonly tree: RunTree;
  readonly looks: Looks;
  readonly startedMs: number;
  readonly timeout: { cancel(): void } | null;
  exit: ExitStatus | null;
  drained: boolean;
  /** Set once the run waits for its pipes alone; `over` when it has waited long enough. */
  drain: 'not yet' | 'waiting' | 'over';
  treeGone: boolean;
  over: boolean;
}

/** Nothing of the run counts any more. */
export function letGo({ looks, child, tree }: Run): void {
  looks.stop();
  child.closePipes();
  tree.forget();
}
