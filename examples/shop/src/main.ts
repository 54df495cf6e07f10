import { fetchJson, products } from './api.ts';
import { renderCart } from './cart.ts';
import { renderCatalogue, renderRecommendations } from './catalogue.ts';

async function start(): Promise<void> {
  renderCart();
  renderCatalogue(await products());
  renderRecommendations().catch((error: unknown) => {
    console.error('recommendations could not be shown', error);
  });
  loadStatistics();
}

/** Fault: a script of another origin, which the page's policy forbids. */
function loadStatistics(): void {
  const script = document.createElement('script');
  script.src = 'http://statistics.invalid/count.js';
  document.head.append(script);
}

function on(id: string, act: () => void): void {
  document.querySelector(`#${id}`)?.addEventListener('click', act);
}

on('checkout', async () => {
  const { order } = await fetchJson<{ order: string }>('/checkout', { method: 'POST', body: '{}' });
  console.info(`ordered ${order}`);
});

on('coupon', () => {
  // Fault: nobody handles the rejection.
  void fetchJson<{ error?: string }>('/coupon', { method: 'POST', body: '{"code":"SPRING"}' }).then(({ error }) => {
    if (error !== undefined) throw new Error(error);
  });
});

on('report', async () => {
  // Fault: three seconds, and nothing says so.
  const { orders } = await fetchJson<{ orders: number }>('/report');
  console.info(`${orders} orders`);
});

// Fault: `?broken` imports a module that does not compile; by address, or Vite's scan would meet it at each start.
if (new URLSearchParams(location.search).has('broken')) {
  void import(/* @vite-ignore */ new URL('./broken.ts', import.meta.url).href);
}

void start();
