// The shop's JSON API, as a connect-style handler: below Vite's dev server, or alone in server.mjs.

const PRODUCTS = [
  { id: 1, name: 'Teapot', cents: 2490, image: '/teapot.svg' },
  { id: 2, name: 'Cup', cents: 590, image: '/cup.svg' },
  // Fault: there is no such file.
  { id: 3, name: 'Sugar bowl', cents: 1290, image: '/sugar-bowl.svg' },
];

const ROUTES = {
  'GET /products': () => ({ status: 200, body: { products: PRODUCTS } }),
  // Fault: the stock service is down, and answers without the field that the page reads.
  'GET /recommendations': () => ({ status: 500, body: { error: 'stock service is not reachable' } }),
  'POST /checkout': () => ({ status: 201, body: { order: 'A-1001' } }),
  // Fault: an expired coupon.
  'POST /coupon': () => ({ status: 410, body: { error: 'coupon SPRING has expired' } }),
  // Fault: slow.
  'GET /report': () => ({ status: 200, body: { orders: 365 }, delayMs: 3_000 }),
};

export function handleApi(request, response) {
  const path = new URL(request.url ?? '/', 'http://shop').pathname;
  const route = ROUTES[`${request.method} ${path}`];
  const { status, body, delayMs = 0 } = route?.() ?? { status: 404, body: { error: `no route ${path}` } };
  request.resume();
  setTimeout(() => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }, delayMs);
}
