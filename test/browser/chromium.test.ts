import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { launch } from './chromium.ts';

test('a tab shows its console, clicks for real, and throws what the page throws', async () => {
  const page = `<!doctype html><title>t</title><button onclick="console.log('clicked', event.isTrusted)">x</button>`;
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(page));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await launch();
  const tab = await browser.open(`http://127.0.0.1:${port}/`);
  await tab.click('button');
  await tab.evaluate('console.warn("done")');
  expect(tab.console.filter((line) => !line.includes('favicon'))).toEqual(['log: clicked true', 'warning: done']);
  expect(await tab.evaluate('document.title')).toBe('t');
  await expect(tab.evaluate('nothing.there')).rejects.toThrow('ReferenceError');
  expect(tab.loads).toEqual([`http://127.0.0.1:${port}/`]);
  await browser.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
