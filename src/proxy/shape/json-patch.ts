/** JSON Patch (RFC 6902) on a value: the changed copy, or why not. Names that reach prototypes are names like any other. */
import type { PatchOperation } from './rule.ts';

export type Patched =
  | { readonly kind: 'patched'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly why: string };

class Refused extends Error {}

/** All of the operations, or none. */
export function applyPatch(value: unknown, operations: readonly PatchOperation[]): Patched {
  try {
    const root: Holder = { value: structuredClone(value) };
    for (const operation of operations) perform(root, operation);
    return { kind: 'patched', value: root.value };
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', why: error.message };
    throw error;
  }
}

interface Holder {
  value: unknown;
}

function perform(root: Holder, { op, path, from, value }: PatchOperation): void {
  switch (op) {
    case 'add':
      insert(root, path, structuredClone(value), false);
      break;
    case 'replace':
      find(root, path);
      insert(root, path, structuredClone(value), true);
      break;
    case 'remove':
      remove(root, path);
      break;
    case 'copy':
      insert(root, path, structuredClone(find(root, from ?? '')), false);
      break;
    case 'move': {
      const moved = find(root, from ?? '');
      if (path.startsWith(`${from}/`)) throw new Refused(`${from} cannot be moved into itself`);
      remove(root, from ?? '');
      insert(root, path, moved, false);
      break;
    }
    case 'test':
      if (!isEqual(find(root, path), value)) throw new Refused(`test: ${path} is another value`);
  }
}

/** RFC 6901 4: `~1` before `~0`. */
const stepsOf = (path: string): string[] =>
  path === ''
    ? []
    : path
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

type Container = unknown[] | Record<string, unknown>;
const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

function find({ value }: Holder, path: string): unknown {
  return stepsOf(path).reduce((holder, step) => {
    if (isContainer(holder) && Object.hasOwn(holder, step) && !(Array.isArray(holder) && !isIndex(step)))
      return Reflect.get(holder, step);
    throw new Refused(`${path} is not there`);
  }, value);
}

const isIndex = (step: string): boolean => /^(?:0|[1-9]\d{0,8})$/.test(step);

/** The container that the last step of a path is in. */
function placeOf(root: Holder, path: string): { holder: Container; step: string } {
  const at = path.lastIndexOf('/');
  const holder = find(root, path.slice(0, at));
  if (!isContainer(holder)) throw new Refused(`${path.slice(0, at) || 'the whole'} holds nothing`);
  return { holder, step: stepsOf(path.slice(at))[0] ?? '' };
}

function insert(root: Holder, path: string, value: unknown, isReplacing: boolean): void {
  if (path === '') {
    root.value = value;
    return;
  }
  const { holder, step } = placeOf(root, path);
  if (!Array.isArray(holder)) {
    // Not by assignment: `__proto__` would be no member.
    Object.defineProperty(holder, step, { value, writable: true, enumerable: true, configurable: true });
    return;
  }
  const index = step === '-' ? holder.length : isIndex(step) ? Number(step) : -1;
  if (index < 0 || index > holder.length) throw new Refused(`${path} is no place in the array`);
  holder.splice(index, isReplacing ? 1 : 0, value);
}

function remove(root: Holder, path: string): void {
  find(root, path);
  if (path === '') {
    root.value = null;
    return;
  }
  const { holder, step } = placeOf(root, path);
  if (Array.isArray(holder)) holder.splice(Number(step), 1);
  else Reflect.deleteProperty(holder, step);
}

function isEqual(a: unknown, b: unknown): boolean {
  if (!isContainer(a) || !isContainer(b)) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isEqual(Reflect.get(a, name), Reflect.get(b, name)))
  );
}
