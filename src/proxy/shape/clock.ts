/** Time as shaping needs it. */
export interface Clock {
  /** Milliseconds of a clock that never goes back. */
  millis(): number;
  after(ms: number, run: () => void): { cancel(): void };
}
