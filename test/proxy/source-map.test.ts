import { transform } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { createSourceMaps, shortPath } from '../../src/proxy/source-map.ts';
import { mapAddress, mapText } from '../../src/proxy/source-map-file.ts';

const SOURCE = `type Item = { price: number };\n\nexport function total(items: Item[]): number {\n  return items.reduce((sum, item) => sum + item.price, 0);\n}\n`;

/** A script of `SOURCE`, the map of it, and a stack from within it. */
async function built(options: { sourceRoot?: string; sourcefile?: string } = {}) {
  const { code, map } = await transform(SOURCE, {
    loader: 'ts',
    minify: true,
    sourcemap: true,
    sourcefile: 'cart.ts',
    ...options,
  });
  const column = code.indexOf('.reduce') + 2;
  return {
    code,
    map,
    stack: `TypeError: x\n    at total (http://localhost:5173/src/cart.ts?t=1:1:${column})\n    at http://localhost:5173/main.js:7:9`,
  };
}

const serve = (files: Record<string, string>) => async (url: string) => files[url] ?? null;
const SCRIPT = 'http://localhost:5173/src/cart.ts?t=1';
const PLACE = { file: 'src/cart.ts', line: 4, own: true };
const inline = (map: string) =>
  `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}\n`;

describe('a frame is mapped', () => {
  test('through an inline map, with the code around it', async () => {
    const { code, map, stack } = await built();
    const [first, second] = await createSourceMaps(serve({ [SCRIPT]: code + inline(map) })).mapStack(stack);
    expect(first).toMatchObject(PLACE);
    expect(first?.code?.split('\n')).toEqual([
      '  3 | export function total(items: Item[]): number {',
      '> 4 |   return items.reduce((sum, item) => sum + item.price, 0);',
      '  5 | }',
    ]);
    expect(second).toMatchObject({ file: 'main.js', line: 7, column: 9, code: null });
  });

  test('through a map in a file of its own, the last comment counting', async () => {
    const { code, map, stack } = await built();
    const files = { [SCRIPT]: `//# sourceMappingURL=old.map\n${code}//# sourceMappingURL=cart.ts.map\n` };
    const shifted = JSON.parse(map);
    shifted.mappings = `;${shifted.mappings}`;
    const maps = createSourceMaps(
      serve({ ...files, 'http://localhost:5173/src/cart.ts.map': `)]}'\n${JSON.stringify(shifted)}` }),
    );
    const [first] = await maps.mapStack(stack.replace(':1:', ':2:'));
    expect(first).toMatchObject(PLACE);
  });

  test('of one of a document’s own scripts, wherever it stands; another script of it has none', async () => {
    const { code, map } = await built();
    const page = 'http://localhost:5173/cart';
    const other = '<script>throw 1</script>';
    const document = `<!doctype html>\r\n<p>${other}<SCRIPT type=module>${code}//# sourceMappingURL=/out/cart.map\n</script>${other}`;
    const fetched = serve({ [page]: document, 'http://localhost:5173/out/cart.map': `)]}'\n${map}` });
    const [line = ''] = document.split('\r\n').slice(1);
    const at = (word: string) => `${page}:2:${line.indexOf(word) + 2}`;
    const frames = await createSourceMaps(fetched).mapStack(
      `Error: x\n    at ${at('.reduce')}\n    at ${at('throw 1')}\n    at ${page}:3:30`,
    );
    expect(frames.map(({ file, line }) => [file, line])).toEqual([
      ['out/cart.ts', 4],
      ['cart', 2],
      ['cart', 3],
    ]);
  });

  test('with a sourceRoot, and as a section of an indexed map', async () => {
    const { code, map, stack } = await built({ sourceRoot: 'webpack://shop/', sourcefile: 'src/cart.ts' });
    const sections = JSON.stringify({
      version: 3,
      sections: [{ offset: { line: 0, column: 0 }, map: JSON.parse(map) }],
    });
    for (const text of [map, sections]) {
      const [first] = await createSourceMaps(serve({ [SCRIPT]: code + inline(text) })).mapStack(stack);
      expect(first).toMatchObject(PLACE);
    }
  });
});

test.each([
  ['no map', 'let a'],
  ['a map that is none', inline('{')],
  ['a map that is not there', '//# sourceMappingURL=none.map'],
  ['an address that is none', '//# sourceMappingURL=http://'],
])('%s leaves the frame as it is', async (_name, code) => {
  const [frame] = await createSourceMaps(serve({ [SCRIPT]: code })).mapStack((await built()).stack);
  expect(frame).toMatchObject({ file: 'src/cart.ts', line: 1, code: null });
});

test.each([0, -1, 1.5, 2 ** 53])('line %d, as a page may say it, is shown as it came', async (line) => {
  const { code, map } = await built();
  const maps = createSourceMaps(serve({ [SCRIPT]: code + inline(map) }));
  expect(await maps.mapPlace(SCRIPT, line, 1)).toMatchObject({ file: 'src/cart.ts', line, code: null });
});

test('each script is asked for once', async () => {
  let asked = 0;
  const maps = createSourceMaps(async () => {
    asked += 1;
    return null;
  });
  const { stack } = await built();
  await Promise.all([maps.mapStack(stack), maps.mapStack(stack)]);
  expect(asked).toBe(2);
});

test.each([
  ['webpack://shop/./src/a.ts', 'src/a.ts'],
  ['webpack-internal:///./src/a.ts', 'src/a.ts'],
  ['http://localhost:5173/src/a.ts?t=1', 'src/a.ts'],
  ['http://localhost:5173/', '/'],
])('%s is %s', (file, short) => expect(shortPath(file)).toBe(short));

describe('a map that would take all memory is none', () => {
  const map = { version: 3, sources: ['a.ts'], names: [], mappings: 'AAAA' };
  const section = (line: unknown, inner: object = map) => ({ offset: { line, column: 0 }, map: inner });
  const nested = (depth: number): object => ({
    version: 3,
    sections: [section(0, depth === 0 ? map : nested(depth - 1))],
  });
  test.each<[string, object, boolean]>([
    ['a section far down', { version: 3, sections: [section(0), section(1_000_000_000)] }, false],
    [
      'sections that add up',
      { version: 3, sections: [section(900_000, { version: 3, sections: [section(900_000)] })] },
      false,
    ],
    ['a section nowhere', { version: 3, sections: [section('x')] }, false],
    ['more lines than any script', { ...map, mappings: ';'.repeat(2_000_000) }, false],
    ['mappings that are no text', { ...map, mappings: [[[0, 0, 0, 0]]] }, false],
    ['sections in sections', nested(20), false],
    ['an ordinary one', map, true],
    ['an ordinary one in sections', { version: 3, sections: [section(0), section(50_000)] }, true],
  ])('%s', (_, given, isTaken) => {
    expect(mapText(JSON.stringify(given)) !== null).toBe(isTaken);
  });

  test('its frames stay as they came', async () => {
    const far = JSON.stringify({ version: 3, sections: [section(0), section(1_000_000_000)] });
    const [frame] = await createSourceMaps(serve({ [SCRIPT]: inline(far) })).mapStack(
      `Error: x\n    at f (${SCRIPT}:1:1)`,
    );
    expect(frame).toMatchObject({ file: 'src/cart.ts', line: 1, column: 1, code: null });
  });
});

test.each<[string, string, string | undefined]>([
  ['the last comment', 'a\n//# sourceMappingURL=a.map\nb\n//@ sourceMappingURL=b.map  \n', 'b.map'],
  ['Windows’ line ends', '//# sourceMappingURL=a.map\r\n', 'a.map'],
  ['in a text of the script', 'const s = "//# sourceMappingURL=";\n', undefined],
  ['a comment of CSS in a script', '//# sourceMappingURL=a.map */', 'a.map'],
  ['no comment', 'sourceMappingURL=a.map', undefined],
  ['none', '', undefined],
  ['blanks without end', `//# sourceMappingURL=a${' '.repeat(2_000_000)}x`, undefined],
  ['names without end', `${'//# sourceMappingURL='.repeat(200_000)}'`, undefined],
])('where the map is: %s', (_, script, address) => {
  expect(mapAddress(script)).toBe(address);
});
