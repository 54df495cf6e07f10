/**
 * `devtool-mcp.json`: every key, declared once. Types, checks, the published JSON schema and the table in docs/configuration.md
 * are made from here.
 */
import * as z from 'zod';
import { isPlainPattern } from '../text/plain-pattern.ts';
import { readTargetUrl } from '../text/target-url.ts';

const LONGEST = 4_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

const words = z.string().min(1).max(LONGEST);
const scriptName = z.string().min(1).max(100);
const proxyId = z
  .string()
  .regex(/^[A-Za-z0-9@][A-Za-z0-9._:#@/-]{0,63}$/, 'is no id: letters, digits and ._:#@/- alone');
const port = z.int().min(1).max(65_535);
const duration = z.int().min(1).max(MAX_TIMER_MS);
const pattern = words.refine(isPattern, 'is no regular expression');
const plainPattern = pattern.refine(
  isPlainPattern,
  'may have one repetition of no fixed length, none of a group, and no look-around or reference',
);
const texts = z.record(z.string(), z.string().max(LONGEST));

/** Compiled alone, which takes no time whatever it says. */
function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

export const isHttpUrl = (text: string): boolean => z.url({ protocol: /^https?$/ }).safeParse(text).success;

const WAYS = ['text', 'regex', 'port', 'http', 'exec'] as const;

const readiness = z.union(
  [
    z.enum(['ready', 'exit', 'none']),
    z
      .strictObject({
        text: words.optional().describe('its output has this text'),
        regex: pattern.optional().describe('a line of its output matches'),
        port: port.optional().describe('it listens on this port'),
        http: z
          .string()
          .max(LONGEST)
          .refine((text) => text.includes('$') || isHttpUrl(text), 'invalid URL')
          .meta({ format: 'uri' })
          .optional()
          .describe('this address answers with a status below 500'),
        exec: words.optional().describe('this line for the shell ends with 0; tried once a second'),
        timeout_ms: duration.optional().describe('how long that may take; default 30000'),
      })
      .refine(
        (ready) => WAYS.filter((way) => ready[way] !== undefined).length <= 1,
        `has more than one of ${WAYS.join(', ')}`,
      ),
  ],
  'must be "ready", "exit", "none" or an object',
);

const dependencies = z.union(
  [z.array(scriptName).max(100), z.record(scriptName, z.enum(['ready', 'started', 'completed', 'ended']))],
  'must be a list of script names, or an object of names and "ready", "started", "completed" or "ended"',
);

const script = z
  .strictObject({
    command: words
      .optional()
      .describe("program, or with shell a line; left out: the project's own script of that name"),
    args: z.array(z.string().max(LONGEST)).max(1_000).optional().describe('arguments'),
    shell: z.boolean().optional().describe('command is a line for the shell'),
    cwd: words.optional().describe('directory, from that of this file'),
    env: texts.optional().describe("variables beside the client's"),
    port: z
      .union([z.literal('auto'), port], 'must be a port or "auto"')
      .optional()
      .describe('passed as PORT; "auto": a free one that stays the same in this directory'),
    depends_on: dependencies
      .optional()
      .describe(
        'started before it, in order; "ready" unless said otherwise; "completed": has ended with 0; "ended": in any way',
      ),
    ready: readiness.optional().describe('when it counts as ready; default: URL, port or end for a server'),
    restart: z.enum(['never', 'on-failure', 'always']).optional().describe('default: never'),
    autostart: z.boolean().optional().describe('started when a client begins to work in the project'),
    keep: z.boolean().optional().describe('goes on when all clients have left; default: what autostart says'),
    timeout_ms: duration.optional().describe('it is ended after so long'),
    tty: z.boolean().optional().describe('runs under a pseudo-terminal'),
    labels: texts.optional().describe('shown, and looked for with proc list'),
  })
  .refine(
    ({ command, args, shell }) => command === undefined || shell !== true || args === undefined || args.length === 0,
    'args and shell exclude each other: write them into command',
  );

const proxy = z
  .strictObject({
    process: scriptName.optional().describe('script whose URL it follows'),
    target_url: z
      .string()
      .min(1)
      .max(2_048)
      .refine((text) => typeof readTargetUrl(text) !== 'string', 'is no http(s) URL such as http://localhost:3000')
      .optional()
      .describe('where it leads; with process: until that has told a URL'),
    port: port.optional().describe('default: follows from the target, and stays the same'),
    bind_address: z
      .union([z.ipv4(), z.ipv6(), z.literal('localhost')], 'must be an IP address or "localhost"')
      .optional()
      .describe('default: 127.0.0.1'),
    public_url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('under which others reach it'),
    max_log_size: z.int().min(1).max(100_000).optional().describe('entries kept of each type; default 1000'),
    verify_tls: z.boolean().optional().describe('default: only for targets elsewhere'),
    autostart: z.boolean().optional().describe('started with its process, or without one as scripts are; default true'),
  })
  .refine(
    (given) => given.process !== undefined || given.target_url !== undefined,
    'has neither process nor target_url',
  );

const limits = z.strictObject({
  project_idle_ms: duration
    .optional()
    .describe('processes go on so long after the last client has left; default 600000'),
  output_lines: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('lines of output shown when no number is asked for; default 40'),
  output_characters: z.int().min(100).max(100_000).optional().describe('likewise characters; default 4000'),
});

const redaction = z.strictObject({
  names: z
    .array(z.string().regex(/^[\w.$-]{2,128}$/, 'is no name: letters, digits and _.$- alone, 2 to 128'))
    .max(200)
    .optional()
    .describe('names whose values are secrets, beside the usual ones'),
  patterns: z.array(plainPattern).max(50).optional().describe('regular expressions of what is secret'),
});

export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('where the JSON schema is'),
  scripts: z
    .record(scriptName, z.union([words, script], 'must be a line for the shell or an object'))
    .optional()
    .describe('by name; a text is a line for the shell'),
  proxies: z.record(proxyId, proxy).optional().describe('by id'),
  limits: limits.optional().describe('sizes and times'),
  redaction: redaction.optional().describe('what is hidden beside what always is'),
});

export type ConfigFile = z.output<typeof configSchema>;
export type ScriptEntry = z.output<typeof script>;
export type ProxyEntry = z.output<typeof proxy>;
export type Readiness = Exclude<ScriptEntry['ready'], undefined>;
export type DependencyState = 'ready' | 'started' | 'completed' | 'ended';

/** As editors take it (JSON Schema 2020-12). */
export const configJsonSchema = (): Record<string, unknown> => ({
  title: 'devtool-mcp.json',
  ...z.toJSONSchema(configSchema, { io: 'input' }),
});
