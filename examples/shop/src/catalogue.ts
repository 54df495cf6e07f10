import { fetchJson, type Product } from './api.ts';
import { addToCart, price } from './cart.ts';

export function renderCatalogue(products: readonly Product[]): void {
  document.querySelector('#catalogue')?.replaceChildren(...products.map(card));
}

function card(product: Product): HTMLElement {
  const article = document.createElement('article');
  const image = document.createElement('img');
  image.src = product.image;
  image.alt = product.name;
  const name = document.createElement('h3');
  name.textContent = `${product.name}, ${price(product.cents)} €`;
  const button = document.createElement('button');
  button.textContent = 'Add to cart';
  button.addEventListener('click', () => addToCart(product));
  article.append(image, name, button);
  return article;
}

/** Fault: renders what a failed call has answered; `items` is not there. */
export async function renderRecommendations(): Promise<void> {
  const { items } = await fetchJson<{ items: Product[] }>('/recommendations');
  const list = document.createElement('section');
  list.append(...items.map(card));
  document.querySelector('#catalogue')?.append(list);
}
