/** `proxy`: a reverse proxy before a dev server, from its start to its end. */
import { randomInt } from 'node:crypto';
import * as z from 'zod';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import { Fault } from '../text/fault.ts';
import { shapeByChaos } from './chaos.ts';
import { knownPath, projectPath } from './project-path.ts';
import { execute } from './proxy-exec.ts';
import { oneProxy } from './proxy-named.ts';
import { startProxy, wantedProxy } from './proxy-start.ts';
import { shapeByRules } from './rules.ts';
import { type Call, defineTool, type ToolResult } from './tool.ts';
import { portSchema } from './wait-for.ts';
import type { Workbench } from './workbench.ts';

const NAMED = ['id', 'path'] as const;
const SWITCHES = ['enabled', 'enable_rule', 'disable_rule', 'clear'] as const;

const ACTIONS = {
  start: [...NAMED, 'target_url', 'process_id', 'port', 'bind_address', 'public_url', 'max_log_size', 'verify_tls'],
  stop: NAMED,
  restart: NAMED,
  status: NAMED,
  list: ['path', 'global'],
  exec: [...NAMED, 'code', 'page', 'timeout_ms', 'reveal'],
  rules: [...NAMED, 'rules', 'har', ...SWITCHES, 'remove_rule'],
  chaos: [...NAMED, 'preset', 'rules', ...SWITCHES, 'seed', 'global_odds', 'status'],
} as const;

type Action = keyof typeof ACTIONS;
const ACTION_NAMES = Object.keys(ACTIONS) as [Action, ...Action[]];

const proxySchema = z.strictObject({
  action: z.enum(ACTION_NAMES),
  id: z.string().optional(),
  path: z.string().optional(),
  target_url: z.string().min(1).max(2_048).optional().describe('such as http://localhost:3000 or localhost:3000'),
  process_id: z.string().optional().describe('start: proxy the URL of this process, also when it moves'),
  port: portSchema.optional().describe('default: follows from the target'),
  bind_address: z
    .union([z.ipv4(), z.ipv6(), z.literal('localhost')], 'must be an IP address or "localhost"')
    .optional(),
  public_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('under which others reach it, e.g. a tunnel'),
  max_log_size: z.int().min(1).max(100_000).optional().describe('entries kept of each type'),
  verify_tls: z.boolean().optional().describe('default: only for targets elsewhere'),
  global: z.boolean().default(false).describe('list: of all projects'),
  code: z.string().max(1_000_000).optional().describe('exec: an expression, or statements with return; may await'),
  page: z.string().optional().describe('exec: default the latest active one'),
  timeout_ms: z.int().min(1).max(600_000).default(30_000),
  reveal: z.boolean().default(false),
  rules: z
    .array(z.record(z.string(), z.unknown()))
    .max(1_000)
    .optional()
    .describe(
      'rules: {id, match: {method, url_pattern…}, respond | modify | delay_ms | abort…}; chaos: {type, url_pattern, probability…}',
    ),
  har: z.string().min(1).max(4_096).optional().describe('rules: a HAR file’s answers as mocks'),
  preset: z.string().max(100).optional().describe('chaos: mobile-3g, flaky-api…'),
  enabled: z.boolean().optional(),
  enable_rule: z.string().optional(),
  disable_rule: z.string().optional(),
  remove_rule: z.string().optional(),
  clear: z.boolean().default(false),
  status: z.boolean().default(false),
  seed: z.int().min(0).max(2_147_483_647).optional(),
  global_odds: z.number().min(0).max(1).optional(),
});

type ProxyInput = z.output<typeof proxySchema>;

export const proxyTool = defineTool({
  name: 'proxy',
  title: 'Proxies',
  description:
    'A reverse proxy before a dev server, which records traffic and pages: start (of a target_url or a process_id; open its open_url in the browser instead of the server’s), stop, restart, status, list; exec (code in a page that is open in the browser); rules (mock or change traffic), chaos (break it by chance). docs/tools.md has their fields.',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  actions: ACTIONS,
  input: proxySchema,
  run: (input, call, workbench) => HANDLERS[input.action](input, call, workbench),
});

type Handler = (input: ProxyInput, call: Call, workbench: Workbench) => Promise<ToolResult>;

const HANDLERS: Record<Action, Handler> = {
  async start(input, call, workbench) {
    const path = await projectPath(input.path, call.caller);
    const { proxy, reused } = await startProxy(wantedProxy(input, path), call, workbench);
    for (const directory of [path, proxy.path]) call.caller.attend(directory);
    const shown = workbench.proxies.view(proxy);
    const asGiven = `${shown.target_url}${proxy.entry === '/' ? '' : proxy.entry}`;
    const message = `${reused ? 'Runs already' : 'Started'}: open ${shown.open_url} instead of ${asGiven}`;
    return { kind: 'data', value: { ...shown, reused, message } };
  },
  async stop(input, call, workbench) {
    const proxy = await named(input, call, workbench);
    await workbench.proxies.stop(proxy);
    return {
      kind: 'data',
      value: { ...workbench.proxies.view(proxy), message: `Stopped ${proxy.id}; its log is gone` },
    };
  },
  async restart(input, call, workbench) {
    const proxy = await named(input, call, workbench);
    await workbench.proxies.restart(proxy);
    const shown = workbench.proxies.view(proxy);
    return { kind: 'data', value: { ...shown, message: `Restarted on ${shown.url} with its log` } };
  },
  async status(input, call, workbench) {
    return { kind: 'data', value: { ...workbench.proxies.view(await named(input, call, workbench)) } };
  },
  async list(input, call, workbench) {
    const { proxies } = workbench;
    const path = input.global ? null : await knownPath(input.path, call.caller, workbench);
    const listed = proxies.list(path).map((proxy) => proxies.view(proxy));
    return { kind: 'data', value: { proxies: listed, active_count: listed.filter(({ running }) => running).length } };
  },
  async exec(input, call, workbench) {
    const { code } = input;
    if (code === undefined) throw missing('code', 'Give the code to run in the page.');
    return execute(await named(input, call, workbench), { ...input, code, page: input.page }, call, workbench);
  },
  async rules(input, call, workbench) {
    return shapeByRules(await named(input, call, workbench), input, call.caller.cwd, workbench);
  },
  async chaos(input, call, workbench) {
    return shapeByChaos(await named(input, call, workbench), input, () => randomInt(1_000_000), workbench);
  },
};

const named = (input: ProxyInput, call: Call, workbench: Workbench): Promise<ManagedProxy> =>
  oneProxy(input.id, input.path, call, workbench, 'id');

const missing = (parameter: string, hint: string): Fault =>
  new Fault('invalid_argument', `${parameter} is missing`, hint, { parameter });
