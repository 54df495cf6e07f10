/** What the person does: the client is there at once for it, since what was clicked is often gone afterwards. */
import { on } from './listeners.ts';
import { sense } from './sense.ts';

export function senseActs(): void {
  const act = (event: Event) => sense(false, (to) => to.acted(event));
  on('click', act);
  on('submit', act);
  on('change', act);
  on('keydown', act);
}
