/** The page client: first script of each document. It watches, reports and answers; nothing of it is to be noticed. */
import { watchChanges } from './changes.ts';
import { watchConsole } from './console.ts';
import { watchErrors } from './errors.ts';
import { execute } from './exec.ts';
import { watchFrames } from './frames.ts';
import { watchInteractions } from './interactions.ts';
import { openLink } from './link.ts';
import { watchMoves } from './moves.ts';
import { addressOf, defineProperty, has, isVisible, later, loaderMark, now, on, quietly, titleOf } from './natives.ts';
import { watchNetwork } from './network.ts';
import { offerLog } from './own-log.ts';
import type { ToPage } from './protocol.ts';
import { watchRewrites } from './rewrites.ts';
import { frameName, MARK, newName, openTab } from './tab.ts';
import { watchVitals } from './vitals.ts';

const STATUS_AFTER_MS = 500;
/** A page measures and connects once it has loaded, or so long after its beginning. */
const AFTER_LOAD_MS = 50;
const LATEST_CONNECT_MS = 2_000;

function main(): void {
  // A document that was written anew runs its scripts once more.
  if (has(window, MARK)) return;
  const tab = openTab();
  defineProperty(window, MARK, { value: tab.name });
  const load = newName();
  const frame = frameName();
  const [loader, document] = [loaderMark(), addressOf()];
  let isDue = false;
  let hasBegun = false;

  const link = openLink({
    hello: () => ({ tab: tab.name(), load, url: addressOf(), title: titleOf(), frame, loader, document, at: now() }),
    heard,
  });
  const recordChanges = watchChanges(link);
  const vitals = watchVitals(link, statusDue);

  function heard(message: ToPage): void {
    if (message.say === 'welcome') statusDue();
    if (message.say === 'clock') link.say({ say: 'clock', id: message.id, at: now() });
    if (message.say === 'exec') execute(link, message.id, message.src);
    if (message.say === 'changes') recordChanges(message.on);
  }

  function statusDue(): void {
    if (isDue || !link.isReady()) return;
    isDue = true;
    later(sayStatus, STATUS_AFTER_MS);
  }

  function sayStatus(): void {
    isDue = false;
    link.say({ say: 'status', url: addressOf(), title: titleOf(), visible: isVisible(), vitals: vitals.now() });
  }

  watchErrors(link, watchNetwork(link, load));
  watchConsole(link, now);
  watchFrames(link);
  watchInteractions(link);
  watchMoves(link, statusDue);
  watchRewrites();
  offerLog(link);
  on('visibilitychange', statusDue, true);
  on('DOMContentLoaded', statusDue, true);
  on('pagehide', (event) => {
    tab.keep();
    link.leave(event.persisted);
  });
  on('pageshow', (event) => {
    // Out of the back-forward cache.
    if (!event.persisted) return;
    tab.takeBack();
    link.comeBack();
  });
  function begin(): void {
    if (hasBegun) return;
    hasBegun = true;
    quietly(vitals.begin);
    link.connect();
  }
  // Not before: what the page needs for itself has processor and network first.
  on('load', () =>
    later(() => {
      begin();
      quietly(vitals.loaded);
    }, AFTER_LOAD_MS),
  );
  later(begin, LATEST_CONNECT_MS);
}

quietly(main);
