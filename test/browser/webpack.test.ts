/** webpack-dev-server through the proxy: its hot replacement goes straight to its own port, and still works. */
import { symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, until, world } from '../acceptance/harness.ts';
import { launch } from './chromium.ts';

const SERVER = `
import webpack from 'webpack';
import WebpackDevServer from 'webpack-dev-server';
const compiler = webpack({
  mode: 'development',
  devtool: 'source-map',
  context: import.meta.dirname ?? process.cwd(),
  entry: './src/index.js',
  output: { path: process.cwd() + '/dist' },
  infrastructureLogging: { level: 'error' },
});
const server = new WebpackDevServer({ port: 0, host: '127.0.0.1', static: './public', hot: true, client: { logging: 'none' } }, compiler);
await server.start();
console.log('ready on http://localhost:' + server.server.address().port + '/');
process.on('SIGTERM', () => server.stop().then(() => process.exit(0)));
`;

test('an edit reaches the page without a reload, errors have their source, a page is instrumented', async () => {
  const place = await world();
  await place.write(
    'package.json',
    JSON.stringify({ name: 'app', type: 'module', scripts: { dev: 'node server.mjs' } }),
  );
  await place.write('server.mjs', SERVER);
  await place.write(
    'public/index.html',
    '<!doctype html><html><head><link rel="icon" href="data:,"></head><body><h1></h1><script src="/main.js"></script></body></html>',
  );
  await place.write('src/title.js', `export const title = 'one';\n`);
  await place.write(
    'src/index.js',
    `import { title } from './title.js';\nconst show = () => { document.querySelector('h1').textContent = title; };\nshow();\nimport.meta.webpackHot?.accept('./title.js', show);\nsetTimeout(() => { throw new Error('late ' + title); }, 50);\n`,
  );
  symlinkSync(join(ROOT, 'node_modules'), join(place.project, 'node_modules'));
  expect(createRequire(import.meta.url).resolve('webpack')).toContain('webpack');

  const session = await place.connect();
  await session.ok('run', { script_name: 'dev', id: 'dev', wait_for: 'ready' });
  const { data } = await session.ok('proxy', { action: 'start', id: 'web', process_id: 'dev' });
  const browser = await launch();
  const tab = await browser.open(String(data['url']));
  await tab.until(`document.querySelector('h1').textContent === 'one'`);
  await until('the error is told with its source', async () =>
    /Error: late one .*src\/index\.js:5/.test((await session.ok('errors')).text),
  );
  await tab.evaluate('window.__kept = 7');
  await place.write('src/title.js', `export const title = 'two';\n`);
  await tab.until(`document.querySelector('h1').textContent === 'two'`);
  expect(await tab.evaluate('window.__kept')).toBe(7);
  expect(tab.loads).toEqual([data['url']]);
});
