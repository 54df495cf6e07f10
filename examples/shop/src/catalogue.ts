import { fetchJson, type Product } from './api.ts';
import { addToCart, price } from './cart.ts';
import { element } from './page.ts';

export async function showCatalogue(): Promise<void> {
  const { products } = await fetchJson<{ products: Product[] }>('/products');
  element('catalogue').replaceChildren(...products.map(card));
}

/** Fault: what a failed call has answered is drawn like any other; it has no `items`. */
export async function showRecommendations(): Promise<void> {
  const answer = await fetchJson<{ items: Product[] }>('/recommendations');
  requestAnimationFrame(() => renderRecommendations(answer.items));
}

function renderRecommendations(products: readonly Product[]): void {
  element('recommendations').replaceChildren(...products.map(card));
}

function card(product: Product): HTMLElement {
  const image = document.createElement('img');
  image.src = product.image;
  image.alt = product.name;
  const name = document.createElement('h3');
  name.textContent = product.name;
  const cost = document.createElement('p');
  cost.textContent = `${price(product.cents)} €`;
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Add to cart';
  button.addEventListener('click', () => addToCart(product));
  const article = document.createElement('article');
  article.append(image, name, cost, button);
  return article;
}
