/** What the rules of a proxy are refused for as a whole, whichever kind they are: names of none, patterns that are too much together. */
import { PatternSet } from '../proxy/shape/pattern-set.ts';
import { PatternRefused } from '../proxy/shape/pattern-syntax.ts';
import type { RuleSpec } from '../proxy/shape/rule-book.ts';
import { Fault } from '../text/fault.ts';
import { nearNames } from '../text/near.ts';
import { shown } from './arguments.ts';

/** Throws `not_found` for a parameter that names a rule which is not among the known ones. */
export function refuseUnknown<Parameter extends string>(
  input: Readonly<Partial<Record<Parameter, string | undefined>>>,
  parameters: readonly Parameter[],
  known: readonly string[],
): void {
  for (const parameter of parameters) {
    const id = input[parameter];
    if (id !== undefined && !known.includes(id)) throw unknownRule(parameter, id, known);
  }
}

function unknownRule(parameter: string, id: string, known: readonly string[]): Fault {
  const near = nearNames(id, [...known]);
  const names = (near.length > 0 ? near : known).slice(0, 10).join(', ');
  return new Fault('not_found', `${parameter}=${shown(id)} is no rule`, `Rules: ${names || 'none'}.`, {
    [parameter]: id.slice(0, 80),
  });
}

/** Throws `limit` when one automaton of all patterns for URLs would be too large. */
export function refuseHeavy(specs: readonly Pick<RuleSpec, 'match'>[], hint: string): void {
  try {
    new PatternSet(specs.flatMap(({ match }) => match.urlPattern ?? []));
  } catch (error) {
    if (!(error instanceof PatternRefused)) throw error;
    throw new Fault('limit', `the url_pattern of all rules: ${error.message}`, hint, {});
  }
}
