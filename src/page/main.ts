/**
 * The page client, beside its lookout: tells what the lookout has seen, and answers. It is called when the page has loaded, or something has
 * happened that is not the same afterwards; nothing of it is to be noticed.
 */

import { watchChanges } from './changes.ts';
import { readConsole } from './console.ts';
import { readErrors } from './errors.ts';
import { execute } from './exec.ts';
import { watchFrames } from './frames.ts';
import { readInteractions } from './interactions.ts';
import { openLink } from './link.ts';
import { get } from './lookout/property.ts';
import {
  clock,
  isVisible,
  later,
  listenTo,
  lookout,
  on,
  pageAddress,
  pageTitle,
  quietly,
  saved,
  start,
} from './natives.ts';
import { readNetwork } from './network.ts';
import { plain } from './plain.ts';
import type { ToPage } from './protocol.ts';
import { watchVitals } from './vitals.ts';
import { textOf } from './words.ts';

const STATUS_AFTER_MS = 500;

function main(): void {
  const { tab, load, frame, loader } = lookout;
  const document = start(lookout.document, 4_096);
  let isDue = false;
  let hasBegun = false;

  const link = openLink({
    hello: () => ({
      tab: tab.name(),
      load,
      url: pageAddress(),
      title: pageTitle(),
      frame,
      loader,
      document,
      at: saved.now(),
    }),
    heard,
  });
  const recordChanges = watchChanges(link);
  const vitals = watchVitals(link, statusDue);

  function heard(message: ToPage): void {
    if (message.say === 'welcome') statusDue();
    if (message.say === 'clock') link.say({ say: 'clock', id: message.id, at: clock() });
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
    link.say({ say: 'status', url: pageAddress(), title: pageTitle(), visible: isVisible(), vitals: vitals.now() });
  }

  function begin(): void {
    if (hasBegun) return;
    hasBegun = true;
    quietly(vitals.begin);
    link.connect();
  }

  const network = readNetwork(link);
  on('visibilitychange', statusDue);
  on('DOMContentLoaded', statusDue);
  lookout.receive({
    ...network,
    ...readErrors(link, network.behind),
    printed: readConsole(link),
    acted: readInteractions(link),
    framed: watchFrames(link),
    moved(from, to, how) {
      link.report('interaction', { what: 'navigation', from, to, how });
      statusDue();
    },
    logged(message, level, data) {
      const facts = {
        level: typeof level === 'string' ? level : 'info',
        message: textOf([message]),
        data: plain(data ?? null),
      };
      link.report('custom', facts);
    },
    due(hasLoaded) {
      begin();
      if (hasLoaded) quietly(vitals.loaded);
    },
    left(mayComeBack) {
      tab.keep();
      link.leave(mayComeBack);
    },
    cameBack() {
      tab.takeBack();
      link.comeBack();
    },
  });
  watchNavigation();
}

/** Sees what has no other sign, `navigation.navigate()` answered by the page itself, and sees it first (WHATWG HTML 7.2.6). */
function watchNavigation(): void {
  lookout.looked('replace');
  const navigation: unknown = get(window, 'navigation');
  if (navigation instanceof EventTarget)
    listenTo(navigation, 'currententrychange', (event) =>
      quietly(() => lookout.looked(String(get(event, 'navigationType') ?? 'replace'))),
    );
}

main();
