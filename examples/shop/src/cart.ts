import type { Product } from './api.ts';
import { element } from './page.ts';

const items: Product[] = [];

export function addToCart(product: Product): void {
  items.push(product);
  render();
}

export function emptyCart(): void {
  items.length = 0;
  render();
}

export const cartIds = (): number[] => items.map(({ id }) => id);
export const price = (cents: number): string => (cents / 100).toFixed(2);

function render(): void {
  element('cart').replaceChildren(...items.map(row));
  element('total').textContent = price(items.reduce((sum, { cents }) => sum + cents, 0));
}

function row({ name, cents }: Product): HTMLElement {
  const line = document.createElement('li');
  line.textContent = `${name}, ${price(cents)} €`;
  return line;
}
