/** Listeners at the window, before the page's own, as long as the page is there. */
import { quietly } from './quietly.ts';
import { saved } from './saved.ts';

interface Listened {
  readonly name: string;
  readonly take: (event: Event) => void;
}
/** What a window hears of, the document's too. */
type Events = WindowEventMap & DocumentEventMap;

const listened: Listened[] = saved.setPrototypeOf([], null);

export function on<K extends keyof Events>(name: K, take: (event: Events[K]) => unknown): void {
  const one = { name, take: (event: Event) => quietly(() => take(event as Events[K])) };
  listened[listened.length] = one;
  listen(one);
}

const listen = ({ name, take }: Listened): void => saved.listenTo(window, name, take, true);

/** Once `document.open` has taken all listeners away; those that are there are not doubled. */
export function listenAgain(): void {
  for (let i = 0; i < listened.length; i++) {
    const one = listened[i];
    if (one !== undefined) listen(one);
  }
}
