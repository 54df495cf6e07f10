/** Puts a function in a page's place, and takes back only its own: whoever patches later keeps theirs. */
import { get } from './property.ts';
import { defineProperty, getOwnPropertyDescriptor, isEnumerable, saved } from './saved.ts';

const { apply, setPrototypeOf, sourceOf } = saved;

type Method = (...words: unknown[]) => unknown;
/** What is done in a method's stead: given the method as it was, and what it was called of and with. */
export type Stead<Words extends unknown[] = unknown[]> = (original: Method, self: unknown, words: Words) => unknown;

/** All have one body, so that a browser compiles it once, and a stead when it is first called. Nothing happens where there is no method. */
export function patch<Words extends unknown[]>(target: object, name: string, stead: Stead<Words>): void {
  const original = get(target, name);
  if (typeof original !== 'function') return;
  // Of a method's form: with its name, and no constructor either.
  const ours = {
    [name](...words: Words): unknown {
      return stead(original as Method, this, words);
    },
  }[name] as Method;
  dress(ours, original as Method);
  put(target, name, ours, isEnumerable(target, name));
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

/** One for all that is put: to make them takes longer. Whatever a page has given to all objects, this one has not. */
const descriptor: PropertyDescriptor = setPrototypeOf({ value: null, configurable: true, writable: true }, null);

/** As `Object.defineProperty` of what is writable. */
export function put(target: object, name: string, value: unknown, enumerable: boolean): void {
  descriptor.value = value;
  descriptor.enumerable = enumerable;
  defineProperty(target, name, descriptor);
  descriptor.value = null;
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
