/** What is seen, heard by the client at once when it runs; before that it is kept, if it lasts, or else the client is started for it. */

import { quietly } from './quietly.ts';
import type { Receiver } from './receiver.ts';
import { saved } from './saved.ts';

type Tell = (to: Receiver) => void;

/** More than that is for the client; where it cannot be started at once, it is dropped, and counted. */
const MOST_KEPT = 100;

const { now, setPrototypeOf } = saved;

let receiver: Receiver | null = null;
let start = (): void => {};
let kept: { readonly tell: Tell; readonly at: number }[] = setPrototypeOf([], null);
let dropped = 0;
let told: number | null = null;

/** Milliseconds on the page's own clock: when what is being told happened, or else now. */
export const clock = (): number => told ?? now();

/** `lasts`: what is told of it will be the same when the client is there. */
export function sense(lasts: boolean, tell: Tell): void {
  const at = now();
  if (receiver === null && (!lasts || kept.length >= MOST_KEPT)) start();
  if (receiver !== null) tellOf(at, tell, receiver);
  else if (kept.length < MOST_KEPT) kept[kept.length] = { tell, at };
  else dropped += 1;
}

function tellOf(at: number, tell: Tell, to: Receiver): void {
  told = at;
  quietly(() => tell(to));
  told = null;
}

/** `run` starts the client, which takes what is sensed by `receive`, or does so later. */
export function startWith(run: () => void): void {
  start = () => quietly(run);
}

/** What will never be told, of a page that makes too much while the client is on its way. */
export const unkept = (): number => dropped;

/** From now on, and what was kept, in its order. */
export function receive(to: Receiver): void {
  receiver = to;
  for (let i = 0; i < kept.length; i++) {
    const one = kept[i];
    if (one !== undefined) tellOf(one.at, one.tell, to);
  }
  kept = [];
}
