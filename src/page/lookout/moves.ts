/** Where a person goes without a load: the History API, the way back and forth, fragments. */
import { on } from './listeners.ts';
import { patch } from './patch.ts';
import { quietly } from './quietly.ts';
import { saved } from './saved.ts';
import { sense } from './sense.ts';

const { apply } = saved;

/** Whoever notices first that the page's address has changed tells it, and each change is told once. */
export type Look = (how: string) => void;

export function senseMoves(begun: string): Look {
  let address = begun;

  function looked(how: string): void {
    const from = address;
    const to = location.href;
    if (to === from) return;
    address = to;
    sense(true, (receiver) => receiver.moved(from, to, how));
  }

  move('pushState', 'push');
  move('replaceState', 'replace');
  // Both come for a new fragment too, and do not say whether it is new.
  const came = () => looked(pathOf(location.href) === pathOf(address) ? 'fragment' : 'traverse');
  on('popstate', came);
  on('hashchange', came);
  return looked;

  /** The frame's own history only: the methods can be borrowed for another's. */
  function move(name: 'pushState' | 'replaceState', how: string): void {
    patch(History.prototype, name, (original, self, words) => {
      apply(original, self, words);
      if (self === history) quietly(() => looked(how));
    });
  }
}

const pathOf = (url: string): string => url.split('#', 1)[0] ?? '';
