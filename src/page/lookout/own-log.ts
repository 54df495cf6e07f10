/** `__devtool.log(message, level, data)`: what a page's own code wants to stand in the log. As the Go original's users know it. */
import { fix } from './patch.ts';
import { quietly } from './quietly.ts';
import { sense } from './sense.ts';

export function offerLog(): void {
  const log = (message: unknown, level: unknown, data: unknown): void =>
    quietly(() => sense(false, (to) => to.logged(message, level, data)));
  fix(window, '__devtool', { __proto__: null, log });
}
