/** `proxy rules`: what of the traffic is answered, changed, delayed or cut, by rules that a user writes or a HAR brings. */
import { open, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import { isWithin, MOST_FILE } from '../proxy/shape/made-answer.ts';
import { ANY_MATCH } from '../proxy/shape/rule.ts';
import type { RuleSpec } from '../proxy/shape/rule-book.ts';
import { parseTarget } from '../proxy/target.ts';
import { Fault } from '../text/fault.ts';
import { shown } from './arguments.ts';
import { HAR_LIMITS, type Mocks, mocksOfHar } from './har-import.ts';
import { type RuleInput, ruleInputs } from './rule-input.ts';
import { invalid } from './rule-parts.ts';
import { refuseHeavy, refuseUnknown } from './rule-refusals.ts';
import { ruleSpec } from './rule-spec.ts';
import { viewRule } from './rule-view.ts';
import type { ToolResult } from './tool.ts';
import type { Workbench } from './workbench.ts';

/** Of a proxy, chaos apart. */
const MOST_RULES = 1_000;
/** Listed in an answer. */
const MOST_SHOWN = 50;
const NAMING = ['enable_rule', 'disable_rule', 'remove_rule'] as const;
const MOST_HAR_BYTES = HAR_LIMITS.text;

export interface RulesInput {
  readonly rules?: readonly Record<string, unknown>[] | undefined;
  readonly har?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly enable_rule?: string | undefined;
  readonly disable_rule?: string | undefined;
  readonly remove_rule?: string | undefined;
  readonly clear?: boolean | undefined;
}

/** Everything that is wrong is found before anything is changed. `cwd`: where `har` is looked for. */
export async function shapeByRules(
  proxy: ManagedProxy,
  input: RulesInput,
  cwd: string,
  workbench: Workbench,
): Promise<ToolResult> {
  const book = proxy.rules;
  const now = workbench.proxies.now();
  const given = input.rules === undefined ? [] : await specsOf(input.rules, proxy, workbench);
  const mocks = input.har === undefined ? null : await readHar(input.har, cwd, proxy);
  const specs = [...given, ...(mocks === null ? [] : specsOfMocks(mocks))];
  if (input.clear !== true) refuseUnknown(input, NAMING, namesOf(proxy, now));
  checkRoom(proxy, specs, input.clear === true, now);
  const removed = input.clear === true ? book.remove(() => true) : removeNamed(proxy, input.remove_rule);
  book.put(specs, 0, now);
  if (input.enabled !== undefined || input.clear === true) book.isOn = input.enabled ?? true;
  if (input.enable_rule !== undefined) book.enable(input.enable_rule, true, false);
  if (input.disable_rule !== undefined) book.enable(input.disable_rule, false, false);
  await workbench.proxies.shape(proxy);
  return { kind: 'data', value: viewRules(proxy, { added: specs.length, removed, mocks }, workbench) };
}

const namesOf = (proxy: ManagedProxy, now: number): string[] => proxy.rules.rules(now).map(({ spec }) => spec.id);

async function specsOf(
  given: readonly Record<string, unknown>[],
  proxy: ManagedProxy,
  workbench: Workbench,
): Promise<RuleSpec[]> {
  const taken = namesOf(proxy, workbench.proxies.now());
  const specs: RuleSpec[] = [];
  for (const [at, input] of ruleInputs(given, taken).entries())
    specs.push(ruleSpec(input, await fileOf(input, at, proxy), targetOf(input, at, proxy, workbench)));
  return specs;
}

/** Inside the project, links resolved; the worker looks again at each answer. */
async function fileOf(
  input: RuleInput,
  at: number,
  proxy: ManagedProxy,
): Promise<{ path: string; root: string } | null> {
  const given = input.respond?.file;
  if (given === undefined) return null;
  const parameter = `rules[${at}].respond.file`;
  const refused = (why: string) =>
    invalid(parameter, `${parameter}=${shown(given)} ${why}`, `Give a file in ${proxy.path}. No rule was changed.`);
  if (given.includes('\0')) throw refused('holds a NUL character');
  const path = resolve(proxy.path, given);
  const real = await realpath(path).catch(() => null);
  if (real === null) throw refused('does not exist');
  if (!isWithin(real, proxy.path)) throw refused(`is outside of the project ${proxy.path}`);
  const size = await sizeOf(real);
  if (size === null) throw refused('is no file that can be read');
  if (size > MOST_FILE) throw refused(`has ${size} bytes, more than ${MOST_FILE}`);
  return { path, root: proxy.path };
}

/** Null for what is no file. */
async function sizeOf(path: string): Promise<number | null> {
  const file = await open(path).catch(() => null);
  if (file === null) return null;
  try {
    const about = await file.stat();
    return about.isFile() ? about.size : null;
  } finally {
    await file.close();
  }
}

function targetOf(input: RuleInput, at: number, proxy: ManagedProxy, { proxies }: Workbench): string | null {
  if (input.target_url === undefined) return null;
  const parameter = `rules[${at}].target_url`;
  try {
    const { origin } = parseTarget(input.target_url);
    proxies.checkTargetOf(proxy, origin);
    return origin;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw invalid(parameter, `${parameter}=${shown(input.target_url)}: ${error.message}`, error.hint);
  }
}

/** All of it, or nothing: no rule is made of a file that is broken. */
async function readHar(given: string, cwd: string, proxy: ManagedProxy): Promise<Mocks> {
  const path = resolve(cwd, given);
  const refused = (why: string) => invalid('har', `har=${shown(given)} ${why}`, 'Give the path of a HAR file.');
  if (path.includes('\0')) throw refused('holds a NUL character');
  const size = await sizeOf(path);
  if (size === null) throw refused('is no file that can be read');
  if (size > MOST_HAR_BYTES) throw refused(`has ${size} bytes, more than ${MOST_HAR_BYTES}`);
  const file = await open(path);
  try {
    const origins = [parseTarget(proxy.target.url).origin, `http://localhost:${proxy.port}`];
    const text = await file.readFile('utf8');
    const made = origins.map((origin) => mocksOfHar(text, HAR_LIMITS, origin));
    const [target, own] = made;
    const most = (target?.rules.length ?? 0) > (own?.rules.length ?? 0) ? target : own;
    // Recorded elsewhere: then all of it is taken for this back end's.
    return most !== undefined && most.rules.length > 0 ? most : mocksOfHar(text, HAR_LIMITS);
  } finally {
    await file.close();
  }
}

/** Ids say where they come from, so that importing again replaces. */
const specsOfMocks = ({ rules }: Mocks): RuleSpec[] =>
  rules.map(({ match, respond, times }, at) => ({
    id: `har-${at + 1}`,
    name: `${match.method} ${match.url}`.slice(0, 200),
    isEnabled: true,
    order: 0,
    match: { ...ANY_MATCH, methods: [match.method], url: match.url },
    acts: [
      {
        do: 'answer',
        answer: {
          statuses: [respond.status],
          fields: respond.headers.flat(),
          body: { kind: 'bytes', bytes: bytesOf(respond) },
        },
      },
    ],
    times,
    expiresMs: null,
    shown: { match, does: { respond: { status: respond.status } } },
  }));

function bytesOf({ body, base64 }: Mocks['rules'][number]['respond']): Uint8Array {
  return new Uint8Array(base64 === null ? Buffer.from(body ?? '') : Buffer.from(base64, 'base64'));
}

function checkRoom(proxy: ManagedProxy, specs: readonly RuleSpec[], isCleared: boolean, now: number): void {
  const left = isCleared ? [] : proxy.rules.rules(now).map(({ spec }) => spec);
  const ids = new Set(specs.map(({ id }) => id));
  const all = [...left.filter(({ id }) => !ids.has(id)), ...specs];
  const hint = 'Take others away first: remove_rule, clear. No rule was changed.';
  if (all.length > MOST_RULES || specs.length > proxy.rules.room)
    throw new Fault('limit', `${all.length} rules, more than ${MOST_RULES}`, hint, {
      rules: all.length,
      most: MOST_RULES,
    });
  refuseHeavy(all, hint);
}

const removeNamed = (proxy: ManagedProxy, id: string | undefined): number =>
  id === undefined ? 0 : proxy.rules.remove(({ spec }) => spec.id === id);

interface Change {
  readonly added: number;
  readonly removed: number;
  readonly mocks: Mocks | null;
}

function viewRules(
  proxy: ManagedProxy,
  { added, removed, mocks }: Change,
  workbench: Workbench,
): Record<string, unknown> {
  const now = workbench.proxies.now();
  const rules = proxy.rules.rules(now);
  const { cells, isOn } = proxy.rules;
  return {
    id: proxy.id,
    enabled: isOn,
    total: rules.length,
    added,
    removed,
    skipped: mocks?.skipped ?? null,
    rules: rules.slice(0, MOST_SHOWN).map((rule) => viewRule(rule, proxy, now, workbench)),
    more: Math.max(0, rules.length - MOST_SHOWN),
    too_long_urls: cells.total('unmatched'),
  };
}
