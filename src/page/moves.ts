/** Where a person goes without a load: the History API, the way back and forth, fragments, and the Navigation API where there is one. */
import type { Link } from './link.ts';
import { apply, get, on, quietly } from './natives.ts';
import { patch } from './patch.ts';

/** `moved` is called when the page's address has changed; whoever notices it first tells, and each change is told once. */
export function watchMoves(link: Link, moved: () => void): void {
  let address = location.href;

  function looked(how: string): void {
    const from = address;
    const to = location.href;
    if (to === from) return;
    address = to;
    link.report('interaction', { what: 'navigation', from, to, how });
    moved();
  }

  // The frame's own history only: the methods can be borrowed for another's.
  for (const name of ['pushState', 'replaceState'] as const) {
    patch(
      History.prototype,
      name,
      (original) =>
        function move(this: History, ...words: Parameters<History['pushState']>) {
          apply(original, this, words);
          if (this === history) quietly(() => looked(name === 'pushState' ? 'push' : 'replace'));
        },
    );
  }
  // Both come for a new fragment too, and do not say whether it is new.
  const came = () => quietly(() => looked(pathOf(location.href) === pathOf(address) ? 'fragment' : 'traverse'));
  on('popstate', came, true);
  on('hashchange', came, true);
  // Sees what has no other sign, `navigation.navigate()` answered by the page itself, and sees it first (WHATWG HTML 7.2.6).
  const navigation: unknown = get(window, 'navigation');
  if (navigation instanceof EventTarget)
    navigation.addEventListener('currententrychange', (event) =>
      quietly(() => looked(String(get(event, 'navigationType') ?? 'replace'))),
    );
}

const pathOf = (url: string): string => url.split('#', 1)[0] ?? '';
