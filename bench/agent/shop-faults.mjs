// The faults that examples/shop has on purpose. What each page load brings along is there in all of them.

/** What is told of each load once it is all there. */
const LOADED = ["reading 'map'", 'statistics.invalid', 'GET /sugar-bowl.svg 404'];

async function openShop(stand) {
  const tab = await stand.open(await stand.start());
  await stand.happened(...LOADED);
  return tab;
}

export const SHOP_FAULTS = [
  {
    name: 'render error',
    fault: 'a render error after a failed API call',
    act: openShop,
    facts: ({ place }) => [
      place('src/catalogue.ts', "element('recommendations').replaceChildren"),
      "reading 'map'",
      'GET /api/recommendations 500',
    ],
  },
  {
    name: 'rejection',
    fault: 'a rejection that nobody handles',
    async act(stand) {
      const tab = await openShop(stand);
      await tab.click('#coupon');
      await stand.happened('Error: coupon SPRING has expired');
    },
    facts: ({ place }) => [
      place('src/main.ts', 'throw new Error(error)'),
      'SPRING has expired',
      'POST /api/coupon 410',
    ],
  },
  {
    name: 'broken image',
    fault: 'an image that does not exist',
    act: openShop,
    // What names it is an answer, so that no line of the page is to blame.
    facts: () => [/GET \S*sugar-bowl\.svg 404/, 'img', 'named in /api/products'],
  },
  {
    name: 'policy',
    fault: 'a script that the page’s policy forbids',
    act: openShop,
    facts: ({ place }) => [
      place('src/main.ts', 'document.head.append(script)'),
      'script-src',
      'statistics.invalid/count.js',
    ],
  },
  {
    name: 'slow endpoint',
    fault: 'an endpoint that takes three seconds',
    async act(stand) {
      const tab = await openShop(stand);
      await tab.click('#report');
      await tab.until(`document.querySelector('#message').textContent !== ''`);
      await stand.happened('GET /api/report 200');
    },
    facts: ({ place }) => [
      /GET \/api\/report 200\b.*\b3(?:,\d{3} ms|\.\d s)/,
      place('src/main.ts', "fetchJson<{ orders: number }>('/report')"),
    ],
  },
  {
    name: 'compile error',
    fault: 'a module that does not compile',
    async act(stand) {
      const url = await stand.start();
      await stand.open(`${url}?broken`);
      await stand.happened(...LOADED, 'GET /src/broken.ts 500', 'Internal server error');
    },
    facts: ({ place }) => [
      place('src/broken.ts', 'export const discount'),
      /Expected|Unexpected/,
      '/src/broken.ts 500',
    ],
  },
  {
    name: 'all of them',
    fault: 'the six faults above in one visit, each told once',
    faults: 6,
    async act(stand) {
      const tab = await openShop(stand);
      await tab.click('#coupon');
      await tab.click('#report');
      await tab.until(`document.querySelector('#message').textContent !== ''`);
      await stand.happened('Error: coupon SPRING has expired', 'GET /api/report 200');
      // Vite's overlay would take the clicks.
      await tab.goto(`${await tab.evaluate('location.origin')}/?broken`);
      await stand.happened('GET /src/broken.ts 500', 'Internal server error', 'dynamically imported');
    },
    facts: ({ place }) => [
      place('src/catalogue.ts', "element('recommendations').replaceChildren"),
      'GET /api/recommendations 500',
      place('src/main.ts', 'throw new Error(error)'),
      'POST /api/coupon 410',
      /GET \S*sugar-bowl\.svg 404/,
      place('src/main.ts', 'document.head.append(script)'),
      'statistics.invalid/count.js',
      /GET \/api\/report 200/,
      place('src/broken.ts', 'export const discount'),
    ],
    once: [
      "reading 'map'",
      'recommendations',
      'SPRING',
      'sugar-bowl',
      'statistics.invalid',
      '/api/report',
      'src/broken.ts',
    ],
  },
];
