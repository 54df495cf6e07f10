// The shop's JSON API as one request handler: below Vite's dev server, or alone in server.mjs.

/** @typedef {{ status: number, body: object, delayMs?: number }} Answer */

const PRODUCTS = [
  { id: 1, name: 'Teapot', cents: 2490, image: '/teapot.svg' },
  { id: 2, name: 'Cup', cents: 590, image: '/cup.svg' },
  // Fault: there is no such file.
  { id: 3, name: 'Sugar bowl', cents: 1290, image: '/sugar-bowl.svg' },
];

/** @type {ReadonlyMap<string, Answer>} */
const ROUTES = new Map([
  ['GET /products', { status: 200, body: { products: PRODUCTS } }],
  // Fault: the stock service is down, and the answer lacks the field that the page reads.
  ['GET /recommendations', { status: 500, body: { error: 'stock service is not reachable' } }],
  ['POST /checkout', { status: 201, body: { order: 'A-1001' } }],
  // Fault: an expired coupon.
  ['POST /coupon', { status: 410, body: { error: 'coupon SPRING has expired' } }],
  // Fault: slow.
  ['GET /report', { status: 200, body: { orders: 365 }, delayMs: 3_000 }],
]);

/**
 * `request.url` is without `/api`.
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
export function handleApi(request, response) {
  const path = (request.url ?? '/').split('?')[0];
  const answer = ROUTES.get(`${request.method} ${path}`);
  const { status, body, delayMs = 0 } = answer ?? { status: 404, body: { error: `no route ${path}` } };
  request.resume();
  setTimeout(() => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }, delayMs);
}
