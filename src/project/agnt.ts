/** `.agnt.kdl`, the config of agnt: its scripts and proxies, in the words of our own file. What else it holds is about agnt alone. */
import { type KdlNode, type KdlValue, parseKdl } from './kdl.ts';

type Fields = Record<string, unknown>;

/** Throws with the line of what is no KDL. */
export function configOfAgnt(text: string): Fields {
  const nodes = parseKdl(text);
  const below = (section: string): readonly KdlNode[] =>
    nodes.filter(({ name }) => name === section).flatMap(({ children }) => children);
  // Both `proxies { dev { … } }` and `proxy "dev" { … }` are in use.
  const alone = (kind: string): KdlNode[] =>
    nodes
      .filter(({ name, args }) => name === kind && typeof args[0] === 'string')
      .map((node) => ({ ...node, name: String(node.args[0]), args: node.args.slice(1) }));
  const named = (list: readonly KdlNode[], read: (node: KdlNode) => Fields): Fields =>
    Object.fromEntries(list.map((node) => [node.name, withoutUndefined(read(node))]));
  return {
    scripts: named([...below('scripts'), ...alone('script')], script),
    proxies: named([...below('proxies'), ...alone('proxy')], proxy),
  };
}

function script(node: KdlNode): Fields {
  const run = given(node, 'run');
  const env = childOf(node, 'env')?.children ?? [];
  const args = argsOf(node, 'args').map(String);
  return {
    command: run ?? given(node, 'command'),
    shell: run === undefined ? undefined : true,
    args: run === undefined && args.length > 0 ? args : undefined,
    cwd: given(node, 'cwd'),
    env:
      env.length === 0
        ? undefined
        : Object.fromEntries(env.map(({ name, args: [value] }) => [name, String(value ?? '')])),
    autostart: given(node, 'autostart') ?? given(node, 'auto-start'),
    depends_on: dependenciesOf(node),
  };
}

/** A proxy starts by itself unless it says otherwise. */
function proxy(node: KdlNode): Fields {
  const port = given(node, 'port') ?? given(node, 'fallback-port');
  const host = given(node, 'host') ?? 'localhost';
  return {
    process: given(node, 'script'),
    target_url:
      given(node, 'url') ??
      given(node, 'target') ??
      (port === undefined ? undefined : `http://${String(host)}:${String(port)}`),
    max_log_size: given(node, 'max-log-size'),
    autostart: given(node, 'autostart') ?? given(node, 'auto-start'),
  };
}

function dependenciesOf(node: KdlNode): string[] | undefined {
  const named = node.children.filter(({ name }) => name === 'depends-on').flatMap(({ args }) => args.map(String));
  return named.length === 0 ? undefined : named;
}

const childOf = (node: KdlNode, name: string): KdlNode | undefined =>
  node.children.find((child) => child.name === name);
const argsOf = (node: KdlNode, name: string): readonly KdlValue[] => childOf(node, name)?.args ?? [];
/** `autostart true` below it, or `autostart=true` beside its name. */
const given = (node: KdlNode, name: string): KdlValue | undefined => argsOf(node, name)[0] ?? node.properties.get(name);

const withoutUndefined = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
