import { fetchJson, post } from './api.ts';
import { cartIds, emptyCart } from './cart.ts';
import { showCatalogue, showRecommendations } from './catalogue.ts';
import { onClick, say } from './page.ts';

onClick('checkout', async () => {
  const { order } = await post<{ order: string }>('/checkout', { items: cartIds() });
  emptyCart();
  say(`Ordered: ${order}`);
});

onClick('coupon', () => {
  void useCoupon('SPRING');
});

onClick('report', async () => {
  // Fault: this takes three seconds, and nothing says so.
  const { orders } = await fetchJson<{ orders: number }>('/report');
  say(`${orders} orders this year`);
});

/** Fault: nobody handles the rejection. */
async function useCoupon(code: string): Promise<void> {
  const { error } = await post<{ error?: string }>('/coupon', { code });
  if (error !== undefined) throw new Error(error);
}

/** Fault: a script of another origin, which the page's policy forbids. */
function loadStatistics(): void {
  const script = document.createElement('script');
  script.src = 'http://statistics.invalid/count.js';
  document.head.append(script);
}

/** Fault: a module that does not compile. It is named by address, or Vite's scan would meet it at each start. */
function loadDiscounts(): void {
  void import(/* @vite-ignore */ new URL('./broken.ts', import.meta.url).href);
}

void showCatalogue();
void showRecommendations();
loadStatistics();
if (new URLSearchParams(location.search).has('broken')) loadDiscounts();
