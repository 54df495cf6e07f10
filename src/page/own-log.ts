/** `__devtool.log(message, level, data)`: what a page's own code wants to stand in the log. As the Go original's users know it. */

import type { Link } from './link.ts';
import { defineProperty, quietly, record } from './natives.ts';
import { plain } from './plain.ts';
import { textOf } from './words.ts';

export function offerLog(link: Link): void {
  const log = (message: unknown, level: unknown = 'info', data: unknown = null): void =>
    quietly(() =>
      link.report(
        'custom',
        record({ level: typeof level === 'string' ? level : 'info', message: textOf([message]), data: plain(data) }),
      ),
    );
  defineProperty(window, '__devtool', { value: record({ log }) });
}
