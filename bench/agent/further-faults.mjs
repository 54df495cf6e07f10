// Faults that other projects have, put into a copy of the shop.
import { createServer } from 'node:http';

/** Without what the shop's own faults would say. */
const CLEAN_MAIN = `import { showCatalogue } from './catalogue.ts';\nvoid showCatalogue();\n`;
const MENDED = [`  { id: 3, name: 'Sugar bowl', cents: 1290, image: '/sugar-bowl.svg' },\n`, ''];

function clean(files, main = CLEAN_MAIN) {
  files.replace('api/routes.mjs', ...MENDED);
  files.write('src/main.ts', main);
}

const html = (files, text) => files.replace('index.html', '  </body>', `${text}\n  </body>`);

/** A route more of the API, which Node loads itself: of what Vite bundles with its configuration, no stack tells the file. */
function route(files, code) {
  files.replace('api/routes.mjs', '  request.resume();\n', `  request.resume();\n${code}\n`);
  files.replace(
    'vite.config.ts',
    `import { handleApi } from './api/routes.mjs';`,
    `const { handleApi } = await import(new URL('./api/routes.mjs', import.meta.url).href);`,
  );
}

const openPage = async (stand, path = '') => stand.open((await stand.start()) + path);

export const FURTHER_FAULTS = [
  {
    name: '404 script',
    fault: 'a script of the document that does not exist',
    edit(files) {
      clean(files);
      html(files, '    <script src="/vendor/cart-widget.js"></script>');
    },
    async act(stand) {
      await openPage(stand);
      await stand.happened('cart-widget.js 404', 'script did not load');
    },
    facts: ({ place }) => [
      'GET /vendor/cart-widget.js 404',
      'script did not load',
      place('index.html', 'cart-widget.js'),
    ],
  },
  {
    name: 'inline script',
    fault: 'a type error in a script of the document itself',
    edit(files) {
      clean(files);
      html(files, '    <script>\n      const settings = null;\n      document.title = settings.title;\n    </script>');
    },
    async act(stand) {
      await openPage(stand);
      await stand.happened("reading 'title'");
    },
    facts: ({ place }) => [place('index.html', 'document.title = settings.title'), "reading 'title'"],
  },
  {
    name: 'cors',
    fault: 'an API of another origin that does not let the page read its answer',
    edit: (files) => clean(files, `${CLEAN_MAIN}void fetch(\`http://127.0.0.1:\${location.hash.slice(1)}/stock\`);\n`),
    async act(stand) {
      const other = createServer((_, response) => response.end('{}'));
      await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
      await openPage(stand, `#${other.address().port}`);
      await stand.happened('/stock failed');
      other.close();
      other.closeAllConnections();
    },
    facts: ({ place }) => [place('src/main.ts', 'void fetch'), /http:\/\/127\.0\.0\.1:\d+\/stock/, 'CORS'],
  },
  {
    name: 'server error',
    fault: 'a handler that throws: the page gets 500, and the process prints a stack',
    edit(files) {
      clean(files, `${CLEAN_MAIN}void fetch('/api/orders');\n`);
      route(files, "  if (path === '/orders') {\n    const orders = undefined;\n    response.end(orders.length);\n  }");
    },
    async act(stand) {
      await openPage(stand);
      await stand.happened('GET /api/orders 500', "reading 'length'");
    },
    facts: ({ place }) => ['GET /api/orders 500', "reading 'length'", place('api/routes.mjs', 'orders.length')],
  },
  {
    name: 'redirects',
    fault: 'two addresses that send the browser to each other without end',
    edit(files) {
      clean(files);
      route(
        files,
        "  const to = { '/login': '/api/home', '/home': '/api/login' }[path];\n  if (to !== undefined) {\n    response.writeHead(302, { location: to }).end();\n    return;\n  }",
      );
    },
    async act(stand) {
      const url = await stand.start();
      const tab = await stand.open(url);
      await tab.goto(`${url}api/login`).catch(() => {});
      await stand.happened('GET /api/home 302');
    },
    facts: () => [/GET \/api\/login 302 to \/api\/home, without end/],
  },
  {
    name: 'crash',
    fault: 'a dev server that dies of an error while it answers',
    edit(files) {
      clean(files, `${CLEAN_MAIN}void fetch('/api/export');\n`);
      route(files, "  if (path === '/export') setTimeout(() => { throw new RangeError('export has no rows'); }, 0);");
    },
    async act(stand) {
      await openPage(stand);
      await stand.happened('export has no rows', 'dev failed, exit code');
    },
    facts: ({ place }) => [
      'dev',
      'has crashed: exit code',
      'RangeError: export has no rows',
      place('api/routes.mjs', 'export has no rows'),
    ],
  },
  {
    name: 'port in use',
    fault: 'a dev server that cannot have its port',
    edit: (files) => clean(files),
    async act(stand) {
      const other = createServer((_, response) => response.end());
      await new Promise((resolve) => other.listen(0, 'localhost', resolve));
      const { port } = other.address();
      await stand.call('run', { script_name: 'dev', id: 'dev', args: ['--port', String(port), '--strictPort'] });
      await stand.happened('dev failed, exit code');
      other.close();
    },
    facts: () => ['has crashed: exit code 1', /Port \d+ is already in use/],
  },
];
