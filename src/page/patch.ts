/** Puts a function in a page's place, and takes back only its own: whoever patches later keeps theirs. */
import { defineProperty, getOwnPropertyDescriptor } from './natives.ts';

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
  for (const fact of ['name', 'length', 'toString'] as const) {
    const value = fact === 'toString' ? () => String(original) : Reflect.get(original as object, fact);
    defineProperty(ours, fact, { value, configurable: true });
  }
  defineProperty(target, name, {
    value: ours,
    configurable: true,
    writable: true,
    enumerable: present?.enumerable ?? true,
  });
}
