/** What `up` shows itself by: a live view in a terminal, plain lines elsewhere. */
import type { Json } from '../record.ts';
import type { Look } from './look.ts';

export interface Face {
  /** What goes on, for the person. */
  say(text: string): void;
  show(look: Look): void;
  /** The process that keys are about; null when there is none. */
  selected(): Json | null;
  close(): void;
}
