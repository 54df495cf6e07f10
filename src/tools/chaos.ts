/** `proxy chaos`: faults of networks and servers by chance, with a seed, and what they have done so far. */
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import { PRESETS, type Preset } from '../proxy/shape/presets.ts';
import type { Chaos } from '../proxy/shape/rule-book.ts';
import { Fault } from '../text/fault.ts';
import { guess, shown } from './arguments.ts';
import { chaosInputs, chaosSpec } from './chaos-input.ts';
import { invalid, refuseTwins } from './rule-parts.ts';
import { refuseHeavy, refuseUnknown } from './rule-refusals.ts';
import { viewRule } from './rule-view.ts';
import type { ToolResult } from './tool.ts';
import type { Workbench } from './workbench.ts';

const MOST_CHAOS_RULES = 100;
const PRESET_NAMES = Object.keys(PRESETS);

export interface ChaosArguments {
  readonly preset?: string | undefined;
  readonly rules?: readonly Record<string, unknown>[] | undefined;
  readonly enabled?: boolean | undefined;
  readonly clear?: boolean | undefined;
  readonly enable_rule?: string | undefined;
  readonly disable_rule?: string | undefined;
  readonly seed?: number | undefined;
  readonly global_odds?: number | undefined;
}

/** `preset` and `rules` take the place of what was; without either the rules stay. `newSeed` for a chance that nobody has chosen. */
export async function shapeByChaos(
  proxy: ManagedProxy,
  input: ChaosArguments,
  newSeed: () => number,
  workbench: Workbench,
): Promise<ToolResult> {
  const now = workbench.proxies.now();
  const book = proxy.rules;
  const before = input.clear === true ? null : book.chaos(now);
  const wanted = wantedOf(input, before, newSeed);
  const known = wanted?.rules.map(({ id }) => id) ?? before?.rules.map(({ spec }) => spec.id) ?? [];
  refuseUnknown(input, ['enable_rule', 'disable_rule'], known);
  if (
    wanted === null &&
    before === null &&
    (input.enabled === true || input.seed !== undefined || input.global_odds !== undefined)
  )
    throw invalid('preset', 'there is no chaos yet', `Give preset (${PRESET_NAMES.join(', ')}) or rules.`);
  if (input.clear === true) book.clearChaos();
  if (wanted !== null) book.setChaos(wanted.rules, wanted, now);
  if (input.enabled !== undefined) book.switchChaos(input.enabled);
  if (input.enable_rule !== undefined) book.enable(input.enable_rule, true, true);
  if (input.disable_rule !== undefined) book.enable(input.disable_rule, false, true);
  await workbench.proxies.shape(proxy);
  return { kind: 'data', value: viewChaos(proxy, workbench) };
}

/** Null: the rules are to stay as they are. */
function wantedOf(input: ChaosArguments, before: Chaos | null, newSeed: () => number) {
  const { preset, rules, seed, global_odds } = input;
  if (preset === undefined && rules === undefined) {
    if (before === null || (seed === undefined && global_odds === undefined)) return null;
    // The same rules from the beginning, with another chance.
    const { isEnabled, preset: name } = before;
    const specs = before.rules.map((one) => ({ ...one.spec, isEnabled: one.isEnabled }));
    return {
      isEnabled,
      preset: name,
      seed: seed ?? before.seed,
      globalOdds: global_odds ?? before.globalOdds,
      rules: specs,
    };
  }
  const named = preset === undefined ? null : presetNamed(preset);
  const inputs = [...chaosInputs(named?.rules ?? []), ...chaosInputs(rules ?? [])];
  refuseTwins(inputs);
  if (inputs.length > MOST_CHAOS_RULES)
    throw new Fault(
      'limit',
      `${inputs.length} rules, more than ${MOST_CHAOS_RULES}`,
      'Give fewer. No rule was changed.',
      {
        rules: inputs.length,
        most: MOST_CHAOS_RULES,
      },
    );
  const specs = inputs.map(chaosSpec);
  refuseHeavy(specs, 'Give fewer, or shorter ones.');
  return {
    isEnabled: true,
    preset: preset ?? null,
    seed: seed ?? newSeed(),
    globalOdds: global_odds ?? named?.globalOdds ?? 1,
    rules: specs,
  };
}

function presetNamed(name: string): Preset {
  const found = Object.entries(PRESETS).find(([known]) => known === name)?.[1];
  if (found !== undefined) return found;
  throw invalid(
    'preset',
    `preset=${shown(name)} is unknown`,
    `Use one of: ${PRESET_NAMES.join(', ')}.${guess(name, PRESET_NAMES)}`,
  );
}

function viewChaos(proxy: ManagedProxy, workbench: Workbench): Record<string, unknown> {
  const now = workbench.proxies.now();
  const chaos = proxy.rules.chaos(now);
  const { cells } = proxy.rules;
  const rules = chaos?.rules ?? [];
  return {
    id: proxy.id,
    enabled: chaos?.isEnabled ?? false,
    preset: chaos?.preset ?? null,
    seed: chaos?.seed ?? null,
    global_odds: chaos?.globalOdds ?? 1,
    rules: rules.map((rule) => viewRule(rule, proxy, now, workbench)),
    stats: {
      total_requests: cells.total('requests'),
      affected_count: cells.total('affected'),
      latency_injected_ms: cells.total('latencyMs'),
      errors_injected: cells.total('errors'),
      drops_injected: cells.total('drops'),
      truncated_count: cells.total('truncated'),
      reordered_count: cells.total('reordered'),
      by_rule: Object.fromEntries(rules.map(({ spec, rule }) => [spec.id, cells.get(rule.slot, 'applied')])),
    },
  };
}
