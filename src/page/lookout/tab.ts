/** Which tab and which load this is. */
import { MARK } from './mark.ts';
import { patchGetter } from './patch.ts';
import { get } from './property.ts';
import { quietly } from './quietly.ts';
import { getItem, removeItem, saved, setItem, storageOf } from './saved.ts';

const KEY = '__devtool_tab';
const LONGEST_NAME = 20;

export interface Tab {
  /** In a frame, that of the page around it if that is ours. */
  name(): string;
  /** For the next load in this tab. */
  keep(): void;
  /** The page is back, and the name its own again. */
  takeBack(): void;
}

/**
 * The name stands in sessionStorage, which is the tab's, while no page has it: a duplicated tab gets a copy, so an open tab gives its
 * name up. A page's first look into the storage waits for another process, so it is taken only when the name is asked for, or right
 * before the page itself looks there and would see it.
 */
export function openTab(): Tab {
  let known = '';
  // Made before a page could take the means for it away.
  const fresh = newName();
  const isFrame = window.top !== window;

  function name(): string {
    if (known === '' && isFrame) known = nameOfTop();
    else if (known === '') quietly(take);
    if (known === '') known = fresh;
    return known;
  }

  function take(): void {
    const kept = getItem(storage(), KEY);
    if (kept === null) return;
    known = kept;
    removeItem(storage(), KEY);
  }

  if (!isFrame) patchGetter(window, 'sessionStorage', name);

  return {
    name,
    keep() {
      if (!isFrame) quietly(() => setItem(storage(), KEY, name()));
    },
    takeBack() {
      if (!isFrame) quietly(() => removeItem(storage(), KEY));
    },
  };
}

/** Throws where a page may keep nothing. */
const storage = (): Storage => storageOf(window);

/** '' where it is another origin's, or has no client. */
function nameOfTop(): string {
  let name: unknown = '';
  quietly(() => {
    name = saved.apply(get(window.top ?? window, MARK) as () => unknown, undefined, []);
  });
  return typeof name === 'string' ? saved.slice(name, 0, LONGEST_NAME) : '';
}

/** 52 random bits: names are to be different, not secret. */
export const newName = (): string => saved.random().toString(36).slice(2);

/** 'top', or how the frame is called in the page around it. */
export function frameName(): string {
  if (window.top === window) return 'top';
  const own = window.name || location.pathname;
  return `frame ${own.slice(0, 80)}`;
}
