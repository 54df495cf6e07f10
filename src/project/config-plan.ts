/** What a config file means for its project: its scripts with their settings, its proxies, and references that lead nowhere. */
import { nearNames } from '../text/near.ts';
import type { FoundConfig } from './config.ts';
import { shownPath } from './config-check.ts';
import { type ConfigFile, isHttpUrl, type ProxyEntry, type Readiness, type ScriptEntry } from './config-schema.ts';
import {
  type Invocation,
  NO_SETTINGS,
  type ProjectConfig,
  program,
  type RunnableScript,
  type ScriptDependency,
  type ScriptSettings,
  scriptOf,
  shellLine,
} from './project.ts';
import type { Variables } from './variables.ts';

export interface ProxyPlan extends ProxyEntry {
  readonly id: string;
}

export interface ConfigPlan {
  /** The directory that it is about: ids of what it starts belong there. */
  readonly path: string;
  readonly file: string;
  readonly errors: readonly string[];
  readonly scripts: readonly RunnableScript[];
  readonly proxies: readonly ProxyPlan[];
  readonly limits: Required<ConfigFile>['limits'];
  readonly redaction: Required<ConfigFile>['redaction'];
}

const MOST_ERRORS = 20;

/** `own` are the scripts that the config's directory has without it. */
export function planConfig(
  { directory, file, value, errors: found, variables }: FoundConfig,
  own: readonly RunnableScript[],
): ConfigPlan {
  const errors = [...found];
  const say = (path: readonly PropertyKey[], what: string): void => void errors.push(`${shownPath(path)}: ${what}`);
  const planned = Object.entries(value.scripts ?? {}).flatMap(([name, entry]) => {
    const script = planScript(name, entry, file, own);
    if (script === null) say(['scripts', name], 'has no command, and the project has no script of that name');
    if (script === null) return [];
    const settings = { ...script.settings, variables, ready: readyOf(script, variables, say) };
    return [{ ...script, settings, home: { path: directory.path, name } }];
  });
  const names = new Set([...planned, ...own].map(({ name }) => name));
  const scripts = withoutCircles(
    planned.map((script) => withKnownDependencies(script, names, say)),
    say,
  );
  const proxies = Object.entries(value.proxies ?? {}).flatMap(([id, proxy]) => planProxy(id, proxy, names, say));
  return {
    path: directory.path,
    file,
    errors: errors.slice(0, MOST_ERRORS),
    scripts,
    proxies,
    limits: value.limits ?? {},
    redaction: value.redaction ?? {},
  };
}

/** As `detect` shows it. */
export const shownConfig = ({ path, file, errors, scripts, proxies }: ConfigPlan): ProjectConfig => ({
  path: `${path}/${file}`,
  errors,
  autostart: scripts.filter(({ settings }) => settings.autostart).map(({ name }) => name),
  depends_on: Object.fromEntries(
    scripts
      .filter(({ settings }) => settings.dependsOn.length > 0)
      .map(({ name, settings }) => [name, settings.dependsOn.map((dependency) => dependency.name)]),
  ),
  proxies: proxies.map(({ id, process, target_url, port, autostart }) => ({
    id,
    process: process ?? null,
    target_url: target_url ?? null,
    port: port ?? null,
    autostart: autostart ?? true,
  })),
});

type Say = (path: readonly PropertyKey[], what: string) => void;

/** A text is a line for the shell, as in package.json; without a command it is about the project's own script of that name. */
function planScript(
  name: string,
  given: string | ScriptEntry,
  file: string,
  own: readonly RunnableScript[],
): RunnableScript | null {
  if (typeof given === 'string') return scriptOf(name, given, file, shellLine(given));
  const settings = settingsOf(given);
  if (given.command === undefined) {
    const present = own.find((script) => script.name === name);
    return present === undefined ? null : { ...adapted(present, given), settings };
  }
  const args = given.args ?? [];
  const invocation: Invocation = {
    ...program(given.command, ...args),
    shell: given.shell ?? false,
    cwd: given.cwd ?? null,
    env: environmentOf(given),
  };
  const script = scriptOf(name, [given.command, ...args].join(' '), file, invocation);
  return { ...script, server: serves(given) ?? script.server, settings };
}

function adapted(own: RunnableScript, given: ScriptEntry): RunnableScript {
  const { invocation } = own;
  const args = given.args ?? [];
  const separator = args.length > 0 && invocation.separator !== null ? [invocation.separator] : [];
  return {
    ...own,
    server: serves(given) ?? own.server,
    invocation: {
      ...invocation,
      args: [...invocation.args, ...separator, ...args],
      separator: separator.length > 0 ? null : invocation.separator,
      cwd: given.cwd ?? invocation.cwd,
      env: { ...invocation.env, ...environmentOf(given) },
    },
  };
}

const environmentOf = ({ port, env }: ScriptEntry): Record<string, string> => ({
  ...(typeof port === 'number' ? { PORT: String(port) } : {}),
  ...env,
});

/** An address with a `$` in it is one only where that is expanded. */
function readyOf(
  { name, settings: { ready } }: RunnableScript,
  variables: Variables | null,
  say: Say,
): Readiness | null {
  if (variables !== null || typeof ready !== 'object' || ready?.http === undefined || isHttpUrl(ready.http))
    return ready;
  say(['scripts', name, 'ready', 'http'], 'invalid URL');
  return null;
}

/** What is ready at some time is a server; null where nothing is said. */
function serves({ ready }: ScriptEntry): boolean | null {
  if (ready === undefined || ready === 'none') return null;
  return ready !== 'exit';
}

const settingsOf = (given: ScriptEntry): ScriptSettings => ({
  ...NO_SETTINGS,
  dependsOn: dependenciesOf(given.depends_on),
  ready: given.ready ?? null,
  restart: given.restart ?? null,
  autostart: given.autostart ?? false,
  keep: given.keep ?? null,
  timeoutMs: given.timeout_ms ?? null,
  tty: given.tty ?? null,
  labels: given.labels ?? {},
  port: given.port ?? null,
});

function dependenciesOf(given: ScriptEntry['depends_on']): ScriptDependency[] {
  if (given === undefined) return [];
  if (Array.isArray(given)) return given.map((name) => ({ name, until: 'ready' }));
  return Object.entries(given).map(([name, until]) => ({ name, until }));
}

function withKnownDependencies(script: RunnableScript, names: ReadonlySet<string>, say: Say): RunnableScript {
  const dependsOn = script.settings.dependsOn.filter(({ name }) => {
    if (!names.has(name)) say(['scripts', script.name, 'depends_on'], unknownScript(name, names));
    return names.has(name);
  });
  return { ...script, settings: { ...script.settings, dependsOn } };
}

function unknownScript(name: string, names: ReadonlySet<string>): string {
  const [near] = nearNames(name, names);
  const guess = near === undefined ? '' : `; did you mean ${near}?`;
  return `${JSON.stringify(name)} is no script of the project${guess}`;
}

/** Of each circle the dependency that closes it is left out, and named with the whole way round. */
function withoutCircles(scripts: readonly RunnableScript[], say: Say): RunnableScript[] {
  const kept = new Map(scripts.map((script) => [script.name, script]));
  const done = new Set<string>();
  function visit(name: string, way: readonly string[]): void {
    const script = kept.get(name);
    if (script === undefined || done.has(name)) return;
    const here = [...way, name];
    const dependsOn = script.settings.dependsOn.filter((dependency) => {
      const from = here.indexOf(dependency.name);
      if (from >= 0)
        say(['scripts', name, 'depends_on'], `${[...here.slice(from), dependency.name].join(' → ')} is a circle`);
      else visit(dependency.name, here);
      return from < 0;
    });
    done.add(name);
    kept.set(name, { ...script, settings: { ...script.settings, dependsOn } });
  }
  for (const { name } of scripts) visit(name, []);
  return scripts.map((script) => kept.get(script.name) ?? script);
}

function planProxy(id: string, proxy: ProxyEntry, names: ReadonlySet<string>, say: Say): ProxyPlan[] {
  if (proxy.process === undefined || names.has(proxy.process)) return [{ id, ...proxy }];
  say(['proxies', id, 'process'], unknownScript(proxy.process, names));
  const { process: _, ...rest } = proxy;
  return rest.target_url === undefined ? [] : [{ id, ...rest }];
}
