import type { Played } from './play.ts';

export interface Simulation {
  /** `tell`: a line for each step. */
  play(seed: number, tell?: (line: string) => void): Promise<Played>;
  remove(): void;
}

export function loadSimulation(): Promise<Simulation>;
