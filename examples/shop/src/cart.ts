import type { Product } from './api.ts';

const items: Product[] = [];

export function addToCart(product: Product): void {
  items.push(product);
  renderCart();
}

export function renderCart(): void {
  const list = document.querySelector('#cart');
  const total = document.querySelector('#total');
  if (list === null || total === null) return;
  list.replaceChildren(
    ...items.map((item) => {
      const row = document.createElement('li');
      row.textContent = `${item.name} ${price(item.cents)}`;
      return row;
    }),
  );
  total.textContent = price(items.reduce((sum, item) => sum + item.cents, 0));
}

export const price = (cents: number): string => (cents / 100).toFixed(2);
