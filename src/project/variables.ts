/** `$NAME` in others' files, as process-compose understands it. */

export type Variables = Readonly<Record<string, string>>;

/** `$NAME` or `${NAME}`; a sign or a digit is a name as well. */
const VARIABLE = /\$(?:(\$)|\{([^}]*)\}|([A-Za-z_]\w*|[*#@!?\d-]))/g;

/** As Go's os.ExpandEnv: of what nobody has set nothing is left. `$$` is a dollar. */
export const expandVariables = (text: string, variables: Variables): string =>
  text.replaceAll(VARIABLE, (_, dollar?: string, braced?: string, bare = '') => {
    const name = braced ?? bare;
    if (dollar !== undefined) return dollar;
    return Object.hasOwn(variables, name) ? (variables[name] ?? '') : '';
  });
