/**
 * The page client's lookout, the first script of each document: it sees what happens, and starts the rest of the client when the page has
 * loaded, or something happens that is not the same afterwards. A page waits for the lookout alone.
 */
import { senseActs } from './acts.ts';
import { senseFaults } from './faults.ts';
import { senseFrames } from './frames.ts';
import { on } from './listeners.ts';
import { MARK } from './mark.ts';
import { type Look, senseMoves } from './moves.ts';
import { offerLog } from './own-log.ts';
import { fix, patch, put } from './patch.ts';
import { sensePrinting } from './printing.ts';
import { get } from './property.ts';
import { quietly } from './quietly.ts';
import { senseRequests } from './requests.ts';
import { watchRewrites } from './rewrites.ts';
import { find, type Saved, saved, scriptOf, sourceIn } from './saved.ts';
import { newScript } from './script.ts';
import { clock, receive, sense, startWith, unkept } from './sense.ts';
import { frameName, newName, openTab, type Tab } from './tab.ts';
import { wayTo } from './way.ts';

/** What the rest is given. */
export interface Lookout {
  readonly saved: Saved;
  readonly tab: Tab;
  readonly load: string;
  readonly frame: string;
  /** The loader's own `data-at`, and the address that the document came from. */
  readonly loader: string;
  readonly document: string;
  readonly looked: Look;
  readonly clock: typeof clock;
  readonly on: typeof on;
  readonly quietly: typeof quietly;
  readonly wayTo: typeof wayTo;
  newScript(src: string | null): HTMLScriptElement;
  readonly patch: typeof patch;
  readonly put: typeof put;
  readonly unkept: typeof unkept;
  readonly receive: typeof receive;
}

/**
 * The rest of the client: in a script that stands in the document a comment, which nobody parses before it is needed, and the place of
 * its text, counted from the script's end; in one that has an address a function.
 */
declare const REST: readonly [from: number, to: number] | ((lookout: Lookout) => void);

const CLIENT_PATH = '/__devtool/client.js';
const POLICY = 'meta[http-equiv=content-security-policy i]';
/** A page measures and connects once it has loaded, or so long after its beginning. */
const AFTER_LOAD_MS = 50;
const LATEST_MS = 2_000;

function main(): void {
  const { script, loader, nonce } = takeLoaderOut();
  // A document that was written anew runs its scripts once more; or the client comes, asked for.
  if (MARK in window) {
    saved.apply(get(window, MARK) as (rest: unknown) => void, undefined, [REST]);
    return;
  }
  const tab = openTab();
  const load = newName();
  const document = window.document.URL;
  senseFaults();
  senseRequests(load);
  sensePrinting();
  senseActs();
  senseFrames();
  const looked = senseMoves(document);
  watchRewrites();
  offerLog();
  const handIn = startOnce(script, {
    saved,
    tab,
    load,
    frame: frameName(),
    loader,
    document,
    looked,
    clock,
    on,
    quietly,
    wayTo,
    newScript: (src) => newScript(src, nonce),
    patch,
    put,
    unkept,
    receive,
  });
  fix(window, MARK, (rest?: unknown) => {
    handIn(rest);
    return tab.name();
  });
  const due = (hasLoaded: boolean, ms: number) =>
    saved.later(() => quietly(() => sense(false, (to) => to.due(hasLoaded))), ms);
  on('pagehide', ({ persisted }) => sense(false, (to) => to.left(persisted)));
  on('pageshow', ({ persisted }) => persisted && sense(false, (to) => to.cameBack()));
  // Not before: what the page needs for itself has processor and network first.
  on('load', () => due(true, AFTER_LOAD_MS));
  due(false, LATEST_MS);
}

/** What the proxy has written on this very script; a page's own scripts are the only ones again. */
function takeLoaderOut(): { script: HTMLScriptElement | null; loader: string; nonce: string } {
  const script = scriptOf(document);
  if (script === null) return { script, loader: '', nonce: '' };
  saved.takeOut(script);
  return { script, loader: script.getAttribute('data-at') ?? '', nonce: script.nonce };
}

/** Returns what a script that was asked for calls. `own`: the one that this is. */
function startOnce(own: HTMLScriptElement | null, lookout: Lookout): (rest: unknown) => void {
  let hasBegun = false;
  let awaited: HTMLScriptElement | null = null;
  startWith(() => {
    const root = saved.rootOf(document);
    // A document that is just being written anew has none yet.
    if (hasBegun || root === null) return;
    hasBegun = true;
    if (typeof REST === 'function') {
      REST(lookout);
      return;
    }
    // A policy that the document has set itself lets in what has an address, if anything.
    const isFar = own === null || find(document, POLICY) !== null;
    const script = lookout.newScript(isFar ? location.origin + CLIENT_PATH : null);
    awaited = script;
    if (!isFar) saved.append(script, saved.slice(sourceIn(own), REST[0], REST[1]));
    saved.append(root, script);
    // It has run, or will not.
    if (!isFar) saved.takeOut(script);
  });
  return (rest) => {
    if (awaited === null || typeof rest !== 'function' || scriptOf(document) !== awaited) return;
    awaited = null;
    quietly(() => rest(lookout));
  };
}

try {
  main();
} catch {
  // The page goes on as without us.
}
