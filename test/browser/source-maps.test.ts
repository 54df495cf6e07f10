/** Where an error is, as the document or script that the target sent has it: maps in fields of an answer, documents of a single line. */
import { expect, test } from 'vitest';
import { openSite } from './site.ts';

const ICON = '<link rel="icon" href="data:,">';
const MAP = JSON.stringify({
  version: 3,
  sources: ['../src/cart.ts'],
  sourcesContent: ['throw new Error("x");'],
  names: [],
  mappings: 'AAAA',
});

test.each(['SourceMap', 'X-SourceMap'])('a script that says where its map is in %s', async (field) => {
  const site = await openSite({
    '/': `<!doctype html><html><head>${ICON}</head><body><script src="/out/cart.js"></script></body></html>`,
    '/out/cart.js': {
      body: `throw new Error('of the cart');`,
      type: 'text/javascript',
      headers: { [field]: 'cart.js.map' },
    },
    '/out/cart.js.map': { body: `)]}'\n${MAP}`, type: 'application/json' },
  });
  await site.open();
  expect(await site.told('of the cart')).toContain('Error: of the cart src/cart.ts:1:1');
});

test('a document of a single line: columns are those of what the target sent', async () => {
  const line = `<!doctype html><html><head>${ICON}<script>function late() { throw new Error('by name'); }
history.replaceState(0, '', '/?moved');</script></head><body onclick="0"><script>setTimeout(late); console.error('said here'); Promise.reject(new TypeError('nobody'));
fetch('/missing').then(() => { throw new RangeError('after a request'); });</script></body></html>`.replaceAll(
    '\n',
    '',
  );
  const mapped = `<!doctype html><title>t</title>${ICON}<script>throw new Error('of the map');\n//# sourceMappingURL=/out/cart.js.map\n</script>`;
  const nonce = { 'content-security-policy': "script-src 'nonce-abcdef'; connect-src 'self'" };
  const site = await openSite({
    '/': line,
    '/nonce': {
      body: line.replaceAll('<script>', '<script nonce="abcdef">').replaceAll('?moved', 'nonce?moved'),
      headers: nonce,
    },
    '/mapped': mapped,
    '/out/cart.js.map': { body: MAP, type: 'application/json' },
  });
  const column = (word: string) => line.indexOf(word) + 1;
  await site.open('#part');
  const said = await site.told('by name', 'said here', 'nobody', 'after a request');
  expect(said).toContain(`Error: by name /:1:${column('new Error')} `);
  expect(said).toContain(`said here /:1:${column(".error('said") + 1} `);
  expect(said).toContain(`TypeError: nobody /:1:${column('new TypeError')} `);
  expect(said).toContain(`RangeError: after a request /:1:${column('new RangeError')} `);

  await site.open('nonce');
  expect(await site.told('by name nonce')).toContain(
    `by name nonce:1:${column('new Error') + ' nonce="abcdef"'.length} `,
  );

  const { data } = await site.session.call('proxy', { action: 'exec', id: 'web', code: 'late()' });
  expect(data['stack']).toEqual([`late nonce:1:${column('new Error') + ' nonce="abcdef"'.length}`, '(top) code:1:1']);

  await site.open('mapped');
  expect(await site.told('of the map')).toContain('Error: of the map src/cart.ts:1:1');
});

test('a document that stands in the project is told by its file, wherever the server has put the line', async () => {
  const own = `<head>${ICON}<script>throw new Error('of the file');</script></head>`;
  const site = await openSite({ '/shop.html': `<!doctype html>\n<html>\n    ${own}\n<body></body></html>` });
  await site.place.write('public/shop.html', `<!doctype html>\n<!-- what a server takes out -->\n<html>\n  ${own}\n`);
  await site.open('shop.html');
  const column = `  ${own}`.indexOf('new Error') + 1;
  expect(await site.told('of the file')).toContain(`Error: of the file public/shop.html:4:${column} `);
});
