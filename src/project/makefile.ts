/** Make: the targets of a Makefile that somebody would ask for. */
import { type Directory, firstPresent } from './directory.ts';
import { type Kind, kindOf, program, scriptOf } from './project.ts';

/** In the order in which GNU make looks for them. */
const FILES = ['GNUmakefile', 'makefile', 'Makefile'];

export function detectMake(directory: Directory): Kind | null {
  const file = firstPresent(directory, FILES);
  if (file === null) return null;
  const rules = readRules(directory.read(file) ?? '');
  const phony = new Set(
    rules.filter(({ target }) => target === '.PHONY').flatMap(({ prerequisites }) => prerequisites),
  );
  const recipes = new Map<string, string>();
  for (const { target, recipe } of rules) {
    if (isTask(target, phony)) recipes.set(target, recipes.get(target) || recipe);
  }
  const scripts = [...recipes].map(([name, recipe]) =>
    scriptOf(name, recipe || `make ${name}`, file, program('make', name)),
  );
  return kindOf('make', { scripts });
}

interface Rule {
  readonly target: string;
  readonly prerequisites: readonly string[];
  /** The recipe as one line, without make's own prefixes. */
  readonly recipe: string;
}

/** Special targets, pattern rules and variables are none; a file is one only when it is declared phony. */
const isTask = (target: string, phony: ReadonlySet<string>): boolean =>
  /^[A-Za-z0-9][\w.+@/-]*$/.test(target) && (phony.has(target) || !/[./]/.test(target));

const SETS_VARIABLE = /^\s*(export |override |private )?\w+\s{0,8}[+?:!]?=/;
const DIRECTIVES = new Set(['ifeq', 'ifneq', 'ifdef', 'ifndef', 'else', 'include', '-include', 'export', 'vpath']);

function readRules(source: string): Rule[] {
  const lines = source.replace(/\\\r?\n[ \t]*/g, ' ').split(/\r?\n/);
  let defining = false;
  return lines.flatMap((line, at): Rule[] => {
    if (/^define\b/.test(line)) defining = true;
    if (/^endef\b/.test(line)) defining = false;
    const colon = line.indexOf(':');
    if (defining || colon < 1 || /^[\t#]/.test(line)) return [];
    const rest = line.slice(colon + 1).replace(/^:/, '');
    const targets = line.slice(0, colon).trim().split(/\s+/);
    // `a := b`, `a ::= b`, `a = b:c`, `a: b = c` set variables.
    if (/^:?=/.test(rest) || targets.some((target) => target.includes('=')) || SETS_VARIABLE.test(rest)) return [];
    if (DIRECTIVES.has(targets[0] ?? '')) return [];
    const [needs = '', ...inline] = (rest.split('#')[0] ?? '').split(';');
    const recipe = [inline.join(';'), ...recipeBelow(lines, at + 1)];
    const text = recipe
      .map((step) => step.trim().replace(/^[@+-]+\s?/, ''))
      .filter((step) => step !== '')
      .join(' && ');
    const prerequisites = needs.trim().split(/\s+/);
    return targets.map((target) => ({ target, prerequisites, recipe: text }));
  });
}

function recipeBelow(lines: readonly string[], from: number): string[] {
  const recipe: string[] = [];
  for (let at = from; lines[at]?.startsWith('\t'); at++) recipe.push(lines[at] ?? '');
  return recipe;
}
