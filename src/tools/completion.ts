/** MCP's completion: what may stand for an argument of a prompt, or in the address of a resource. */
import { resolve } from 'node:path';
import { configOf, runnableScripts } from '../project/detect.ts';
import { EVENT_KINDS } from '../text/event-kinds.ts';
import { PROMPTS } from './prompts.ts';
import { RESOURCE_TEMPLATES } from './resources.ts';
import type { Caller } from './tool.ts';
import type { Workbench } from './workbench.ts';

/** What is completed: a prompt by its name, or a resource by its template. */
export type Completed =
  | { readonly type: 'ref/prompt'; readonly name: string }
  | { readonly type: 'ref/resource'; readonly uri: string };

export interface Begun {
  readonly name: string;
  readonly value: string;
}

/** Values that go on from what is begun; `given`: arguments that are there already. Null for a prompt or template that there is not. */
export function completionOf(
  ref: Completed,
  { name, value }: Begun,
  given: Readonly<Record<string, string>>,
  caller: Caller,
  workbench: Workbench,
): string[] | null {
  const kind = ref.type === 'ref/prompt' ? ofPrompt(ref.name, name) : ofTemplate(ref.uri, name);
  if (kind === null) return null;
  const values = VALUES[kind](resolve(caller.cwd, given['path'] ?? '.'), workbench);
  return [...new Set(values)].filter((one) => one.startsWith(value)).sort();
}

const VALUES = {
  process: (_path: string, { processes }: Workbench) => processes.list(null, null).map(({ id }) => id),
  proxy: (_path: string, { proxies }: Workbench) => proxies.list(null).map(({ id }) => id),
  page: (_path: string, { proxies }: Workbench) =>
    proxies.list(null).flatMap((proxy) => proxy.pages.list().map(({ number }) => `page_${number}`)),
  script: (path: string) => runnableScripts(path).map(({ name }) => name),
  path: (path: string, { processes, proxies }: Workbench) => [
    path,
    ...[configOf(path)?.path ?? path],
    ...processes.list(null, null).map((one) => one.path),
    ...proxies.list(null).map((one) => one.path),
  ],
  event: () => [...EVENT_KINDS],
  switch: () => ['true', 'false'],
  words: () => [],
} as const satisfies Record<string, (path: string, workbench: Workbench) => readonly string[]>;
type Kind = keyof typeof VALUES;

const BY_NAME: Readonly<Record<string, Kind>> = {
  process_id: 'process',
  proxy_id: 'proxy',
  script: 'script',
  path: 'path',
  kinds: 'event',
  global: 'switch',
};

function ofPrompt(prompt: string, name: string): Kind | null {
  const takes = PROMPTS.find((one) => one.name === prompt)?.arguments;
  if (takes === undefined) return null;
  return takes.some((argument) => argument.name === name) ? (BY_NAME[name] ?? 'words') : null;
}

/** `{id}` is of what the template's address begins with. */
function ofTemplate(uri: string, name: string): Kind | null {
  const template = RESOURCE_TEMPLATES.find(({ uriTemplate }) => uriTemplate === uri);
  if (template === undefined) return null;
  const kind = (['process', 'proxy', 'page'] as const).find((one) => uri.startsWith(`devtool://${one}/`));
  return (name === 'id' ? kind : BY_NAME[name]) ?? 'words';
}
