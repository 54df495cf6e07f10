/** Compares a structure's page with its declared layout, so that the drawing cannot go stale. */
import { readFileSync } from 'node:fs';
import type { Layout } from '../../src/lockfree/layout.ts';

/** Rows of the layout's table that the doc comment of src/lockfree/`file`.ts does not show. */
export function documentsLayout<Name extends string>(file: string, layout: Layout<Name>): string[] {
  const page = readFileSync(new URL(`../../src/lockfree/${file}.ts`, import.meta.url), 'utf8');
  return layout
    .table()
    .map(({ offset, bytes, field, writer }) => `${offset} ${bytes} ${field} ${writer}`)
    .filter((row) => !page.replaceAll(/ +/g, ' ').includes(` ${row}`));
}
