/** What `up` starts in a project, from what `detect` says of it. Pure. */
import { Fault } from '../../text/fault.ts';
import { nearNames } from '../../text/near.ts';
import { asList, asRecords, asText, isRecord, type Json } from '../record.ts';

export interface Plan {
  readonly name: string;
  readonly path: string;
  readonly scripts: readonly string[];
  /** Arguments of `proxy start`; null: one before the first process that has a URL. */
  readonly proxies: readonly Json[] | null;
}

/** The scripts that start a project, in the order in which they are looked for. */
const START_SCRIPTS = ['dev', 'start', 'serve', 'develop'];
/** What ecosystems always have for that, where a project has none of its own. */
const USUAL_SCRIPTS = ['server', 'runserver', 'run'];

/** `wanted`: scripts that were asked for by name. Throws `not_found` when there is nothing to start. */
export function planOf(project: Json, wanted: readonly string[]): Plan {
  const path = asText(project['path']);
  const names = asRecords(project['scripts']).map(({ name }) => asText(name));
  const config = isRecord(project['config']) ? project['config'] : {};
  const proxies = asRecords(config['proxies']).filter(({ autostart }) => autostart !== false);
  return {
    name: asText(project['name']) || path,
    path,
    scripts: wanted.length > 0 ? known(wanted, names, path) : scriptsOf(config, asRecords(project['scripts']), path),
    proxies: proxies.length === 0 ? null : proxies.map(startOf),
  };
}

function scriptsOf(config: Json, scripts: readonly Json[], path: string): readonly string[] {
  const autostart = asList(config['autostart']).map(String);
  if (autostart.length > 0) return autostart;
  const names = scripts.map(({ name }) => asText(name));
  const chosen = START_SCRIPTS.find((name) => names.includes(name));
  if (chosen !== undefined) return [chosen];
  const processes = ofProcfile(scripts);
  if (processes.length > 0) return processes;
  const usual = USUAL_SCRIPTS.find((name) => names.includes(name));
  if (usual !== undefined) return [usual];
  throw new Fault(
    'not_found',
    `${path} has no script named ${START_SCRIPTS.join(', ')}`,
    `Name one: devtool-mcp up script=NAME. Its scripts: ${names.join(', ') || 'none'}.`,
  );
}

/** All, as foreman does; `release` is what Heroku runs before a deployment. */
const ofProcfile = (scripts: readonly Json[]): string[] =>
  scripts
    .filter(({ name, source }) => /^Procfile(\.dev)?$/.test(asText(source)) && name !== 'release')
    .map(({ name }) => asText(name));

function known(wanted: readonly string[], names: readonly string[], path: string): readonly string[] {
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown === undefined) return wanted;
  const near = nearNames(unknown, names);
  const guess = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  throw new Fault(
    'not_found',
    `${path} has no script named ${unknown}`,
    `Its scripts: ${names.join(', ') || 'none'}.${guess}`,
  );
}

const startOf = ({ id, process, target_url, port }: Json): Json =>
  Object.fromEntries(
    Object.entries({ id, process_id: process, target_url, port }).filter(
      ([, value]) => value !== null && value !== undefined,
    ),
  );
