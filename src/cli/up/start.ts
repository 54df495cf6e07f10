/** Starts what a plan says, and ends what this command has started; what it found running stays. */
import { faultOf } from '../fault-of.ts';
import { asRecords, asText, type Json } from '../record.ts';
import type { CliSession } from '../session.ts';
import { firstUrl, isLive, type Look } from './look.ts';
import type { Plan } from './plan.ts';

type Say = (text: string) => void;

/** Each script when the one before is ready, then the proxies, whose keys go into `own`. What cannot be started throws; a proxy is only told of. */
export async function startAll(session: CliSession, plan: Plan, own: Set<string>, say: Say): Promise<void> {
  let first: Json | null = null;
  for (const script of plan.scripts) {
    say(`${plan.name}: starting ${script}`);
    const started = await ask(session, 'run', { path: plan.path, script_name: script });
    const url = firstUrl(started);
    const id = asText(started['process_id']);
    const isReused = started['reused'] === true;
    if (isReused) say(`${id} runs already${url === null ? '' : `, at ${url}`}`);
    else say(url === null ? `${id} was started` : `${id} is ready at ${url}`);
    if (!isReused) for (const { id } of asRecords(started['proxies'])) own.add(keyOf({ id, path: started['path'] }));
    if (url !== null) first ??= { process_id: id };
  }
  for (const proxy of plan.proxies ?? (first === null ? [] : [first])) {
    const { text, data, isError } = await session.call('proxy', { action: 'start', path: plan.path, ...proxy });
    say(isError ? text : `open ${asText(data?.['open_url'])}`);
    if (data !== null && data['reused'] === false) own.add(keyOf(data));
  }
}

/** The data of a call that must succeed; its own words as the error otherwise. */
async function ask(session: CliSession, tool: string, parameters: Record<string, unknown>): Promise<Json> {
  const answer = await session.call(tool, parameters);
  if (answer.isError) throw faultOf(answer);
  return answer.data ?? {};
}

/** Started by this command, also as somebody's dependency: `devtool-mcp-cli (pid 7)`. */
export const isOurs = ({ owner }: Json): boolean => asText(owner).endsWith(`(pid ${process.pid})`);

/** `own`: keys of the proxies that this command has started. */
export async function stopOurs(session: CliSession, look: Look, own: ReadonlySet<string>, say: Say): Promise<void> {
  const processes = look.processes.filter((process) => isOurs(process) && isLive(process));
  const proxies = look.proxies.filter((proxy) => own.has(keyOf(proxy)));
  if (processes.length > 0) say(`stopping ${processes.map(({ process_id }) => process_id).join(', ')}`);
  const answers = await Promise.all([
    ...proxies.map(({ id, path }) => session.call('proxy', { action: 'stop', id, path })),
    ...processes.map(({ process_id, path }) => session.call('proc', { action: 'stop', process_id, path })),
  ]);
  for (const { text, isError } of answers) if (isError) say(text);
  if (processes.length + proxies.length > 0) say('stopped');
  else say('nothing to stop: what runs was there before');
}

export const keyOf = ({ id, path }: Json): string => JSON.stringify([path, id]);
