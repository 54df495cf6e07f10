/** Puts a function in a page's place, and takes back only its own: whoever patches later keeps theirs. */
import { apply, defineProperty, get, getOwnPropertyDescriptor, sourceOf } from './natives.ts';

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
  dress(ours as object, original as object);
  defineProperty(target, name, {
    value: ours,
    configurable: true,
    writable: true,
    enumerable: present?.enumerable ?? true,
  });
}

/** Calls `before` at the first look at a property that a getter answers; from then on it is as it was. */
export function patchGetter(target: object, name: string, before: () => void): void {
  const present = getOwnPropertyDescriptor(target, name);
  const original = present?.get;
  if (original === undefined || present?.configurable !== true) return;
  const ours = function (this: unknown): unknown {
    if (getOwnPropertyDescriptor(target, name)?.get === ours) defineProperty(target, name, present);
    before();
    return apply(original, this, []);
  };
  dress(ours, original);
  defineProperty(target, name, { ...present, get: ours });
}

/** As the original looks to those who ask for it. */
function dress(ours: object, original: object): void {
  const source = sourceOf(original);
  defineProperty(ours, 'name', { value: get(original, 'name'), configurable: true });
  defineProperty(ours, 'length', { value: get(original, 'length'), configurable: true });
  defineProperty(ours, 'toString', { value: () => source, configurable: true });
}
