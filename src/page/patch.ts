/** Puts a function in a page's place, and takes back only its own: whoever patches later keeps theirs. */
import { defineProperty, get, getOwnPropertyDescriptor, sourceOf } from './natives.ts';

/** `wrap` gets the present function and returns the one in its stead; nothing happens where the page does not let us. */
export function patch<T extends object, K extends keyof T & string>(
  target: T,
  name: K,
  wrap: (original: T[K]) => T[K],
): void {
  const present = getOwnPropertyDescriptor(target, name);
  if (typeof target[name] !== 'function' || present?.configurable === false) return;
  const original = target[name];
  const ours = wrap(original);
  // As the original looks to those who ask for it.
  const source = sourceOf(original);
  defineProperty(ours as object, 'name', { value: get(original as object, 'name'), configurable: true });
  defineProperty(ours as object, 'length', { value: get(original as object, 'length'), configurable: true });
  defineProperty(ours as object, 'toString', { value: () => source, configurable: true });
  defineProperty(target, name, {
    value: ours,
    configurable: true,
    writable: true,
    enumerable: present?.enumerable ?? true,
  });
}
