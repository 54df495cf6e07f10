/** A tool as a command, as the build has written it from the tools' table (src/tools/commands.ts). */
import { readFileSync } from 'node:fs';

export interface Command {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** How its words are written; default: as for tools. */
  readonly usage?: string;
  /** Empty for a tool that has none. */
  readonly actions: readonly Action[];
  readonly parameters: readonly Parameter[];
}

export interface Action {
  readonly name: string;
  readonly parameters: readonly string[];
}

export interface Parameter {
  readonly name: string;
  /** In words. */
  readonly takes: string;
  readonly schema: ValueSchema;
}

/** JSON Schema, as far as it says how a word is to be read. */
export interface ValueSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly ValueSchema[];
  readonly items?: ValueSchema;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly additionalProperties?: unknown;
  readonly maxLength?: number;
  readonly pattern?: string;
}

/** `beside`: the directory of the built program. */
export const readCommands = (beside: URL): readonly Command[] =>
  JSON.parse(readFileSync(new URL('commands.json', beside), 'utf8'));

/** `daemon run` is no action of the tool: it is the daemon itself. */
export const actionWords = ({ name, actions }: Command): string[] => [
  ...actions.map((action) => action.name),
  ...(name === 'daemon' ? ['run'] : []),
];

/** Those that the action takes; all of them when it is not known yet. */
export function parametersFor(command: Command, action: string | null): readonly Parameter[] {
  const names = command.actions.find(({ name }) => name === action)?.parameters;
  return names === undefined ? command.parameters : command.parameters.filter(({ name }) => names.includes(name));
}

/** What a schema allows, each on its own. */
export const choicesOf = (schema: ValueSchema): readonly ValueSchema[] => schema.anyOf?.flatMap(choicesOf) ?? [schema];

/** Values that can be named: of enumerations and of switches. */
export function namedValues(schema: ValueSchema): string[] {
  return choicesOf(schema).flatMap((choice) => {
    if (choice.type === 'array') return namedValues(choice.items ?? {});
    if (choice.type === 'boolean') return ['true', 'false'];
    return (choice.enum ?? (choice.const === undefined ? [] : [choice.const])).map(String);
  });
}
