/** Frames that come, or are filled: somebody has to look at them before their first script runs. */
import { quietly } from './quietly.ts';
import { endEvery, every, saved } from './saved.ts';
import { sense } from './sense.ts';

/** Until the page has loaded: to observe it would cost something for each of its elements. */
const LOOK_EVERY_MS = 10;

export function senseFrames(): void {
  let seen = 0;
  const look = () =>
    quietly(() => {
      seen = window.length;
      if (seen > 0) sense(false, (to) => to.framed());
    });
  const timer = every(() => {
    if (window.length !== seen) look();
    if (document.readyState === 'complete') endEvery(timer);
  }, LOOK_EVERY_MS);
  // An empty frame's comes at once, before anything can be put into it.
  saved.listenTo(document, 'load', look, true);
}
