/** Frames that come, or are filled: somebody has to look at them before their first script runs. */
import { quietly } from './quietly.ts';
import { endEvery, every, saved } from './saved.ts';
import { sense } from './sense.ts';

/** While the document is parsed: to observe it then would cost something for each of its elements. */
const LOOK_EVERY_MS = 10;
const CHANGES = { __proto__: null, childList: true, subtree: true };

export function senseFrames(): void {
  let seen = 0;
  const look = () =>
    quietly(() => {
      seen = window.length;
      if (seen > 0) sense(false, (to) => to.framed());
    });
  const lookAgain = () => {
    if (window.length !== seen) look();
  };
  const timer = every(() => {
    lookAgain();
    if (document.readyState === 'loading') return;
    endEvery(timer);
    quietly(() => new saved.MutationObserver(lookAgain).observe(document, CHANGES));
  }, LOOK_EVERY_MS);
  // An empty frame's comes at once, before anything can be put into it.
  saved.listenTo(document, 'load', look, true);
}
