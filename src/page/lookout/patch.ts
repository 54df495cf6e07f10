/** Puts a function in a page's place, and takes back only its own: whoever patches later keeps theirs. */
import { quietly } from './quietly.ts';
import { defineProperty, getOwnPropertyDescriptor, saved } from './saved.ts';

const { apply, sourceOf } = saved;

/**
 * `wrap` gets the present method and returns an object with the one in its stead, which thus has its name and is no constructor either;
 * nothing happens where the page does not let us.
 */
export function patch<T extends object, K extends keyof T & string>(
  target: T,
  name: K,
  wrap: (original: T[K]) => { readonly [name in K]: unknown },
): void {
  quietly(() => {
    const original: unknown = target[name];
    if (typeof original !== 'function') return;
    const ours = wrap(original as T[K])[name];
    dress(ours as () => unknown, original as () => unknown);
    put(target, name, ours, getOwnPropertyDescriptor(target, name)?.enumerable ?? true);
  });
}

/** Calls `before` at the first look at a property that a getter answers; from then on it is as it was. */
export function patchGetter(target: object, name: string, before: () => void): void {
  const present = getOwnPropertyDescriptor(target, name);
  const original = present?.get;
  if (original === undefined || present?.configurable !== true) return;
  const { get } = getOwnPropertyDescriptor(
    {
      get [name](): unknown {
        if (getOwnPropertyDescriptor(target, name)?.get === get)
          defineProperty(target, name, { __proto__: null, ...present } as PropertyDescriptor);
        before();
        return apply(original, this, []);
      },
    },
    name,
  ) as { readonly get: () => unknown };
  dress(get, original);
  defineProperty(target, name, { __proto__: null, ...present, get } as PropertyDescriptor);
}

/** As `Object.defineProperty` of what is writable, whatever a page has given to all objects. */
export function put(target: object, name: string, value: unknown, enumerable: boolean): void {
  const descriptor = { __proto__: null, value, configurable: true, writable: true, enumerable };
  defineProperty(target, name, descriptor as PropertyDescriptor);
}

/** What can be neither changed nor taken away. */
export function fix(target: object, name: string, value: unknown): void {
  defineProperty(target, name, { __proto__: null, value } as PropertyDescriptor);
}

/** As the original looks to those who ask for it. */
function dress(ours: () => unknown, original: () => unknown): void {
  if (ours.length !== original.length) put(ours, 'length', original.length, false);
  put(ours, 'toString', () => sourceOf(original), false);
}
