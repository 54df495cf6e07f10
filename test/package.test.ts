/** What is published: who is trusted with it, and that its descriptions agree with each other. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { TOOLS } from '../src/tools/table.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const text = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const json = (path: string): unknown => JSON.parse(text(path));

const versions = z.record(z.string(), z.string());
const manifest = z
  .object({
    name: z.string(),
    version: z.string(),
    mcpName: z.string(),
    scripts: versions,
    dependencies: versions.default({}),
    optionalDependencies: versions,
    devDependencies: versions,
  })
  .parse(json('package.json'));
const locked = z
  .object({ packages: z.record(z.string(), z.looseObject({ hasInstallScript: z.boolean().optional() })) })
  .parse(json('package-lock.json'));

describe('trust', () => {
  test('nothing is installed beside it but one optional package', () => {
    expect(manifest.dependencies).toEqual({});
    expect(Object.keys(manifest.optionalDependencies)).toEqual(['@lydell/node-pty']);
  });

  test('every version is exact', () => {
    const all = { ...manifest.optionalDependencies, ...manifest.devDependencies };
    for (const [name, version] of Object.entries(all)) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('no script of ours runs at an installation, and of all others esbuild’s alone, which only checks its binary', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare'];
    expect(Object.keys(manifest.scripts).filter((name) => hooks.includes(name))).toEqual([]);
    const installers = Object.entries(locked.packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
    expect(
      installers.map(([path]) => path.replace(/^.*node_modules\//, '')).filter((name) => !ALLOWED.has(name)),
    ).toEqual([]);
  });

  test('each package that is locked is known by its digest', () => {
    const loose = Object.entries(locked.packages).filter(
      ([path, entry]) => path.startsWith('node_modules/') && entry['link'] !== true && entry['integrity'] === undefined,
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });
});

const ALLOWED = new Set(['esbuild', 'fsevents']);

describe('descriptions', () => {
  test('server.json is as its schema of 2025-12-11 wants it, and names this package', () => {
    const server = z
      .strictObject({
        $schema: z.literal('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
        name: z
          .string()
          .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/)
          .min(3)
          .max(200),
        title: z.string().min(1).max(100),
        description: z.string().min(1).max(100),
        version: z.string().max(255),
        packages: z.tuple([
          z.strictObject({
            registryType: z.literal('npm'),
            identifier: z.string(),
            version: z.string(),
            runtimeHint: z.literal('npx'),
            transport: z.strictObject({ type: z.literal('stdio') }),
            environmentVariables: z.array(
              z.strictObject({
                name: z.string().regex(/^DEVTOOL_MCP_[A-Z_]+$/),
                description: z.string(),
                format: z.enum(['string', 'number', 'boolean', 'filepath']),
                isRequired: z.boolean(),
              }),
            ),
          }),
        ]),
      })
      .parse(json('server.json'));
    expect(server.name).toBe(manifest.mcpName);
    expect(server.version).toBe(manifest.version);
    expect(server.packages[0]).toMatchObject({ identifier: manifest.name, version: manifest.version });
  });

  test('the plugin starts this package, its skill and its monitor are where the manifest’s format looks', () => {
    const plugin = z
      .object({ name: z.string(), version: z.string(), mcpServers: z.record(z.string(), z.unknown()) })
      .parse(json('.claude-plugin/plugin.json'));
    expect(plugin).toMatchObject({ name: manifest.name, version: manifest.version });
    expect(plugin.mcpServers).toEqual({ 'devtool-mcp': { command: 'npx', args: ['-y', manifest.name] } });
    const [, front] = /^---\n([\s\S]*?)\n---\n/.exec(text('skills/devtool-mcp/SKILL.md')) ?? [];
    expect(front).toMatch(/^name: devtool-mcp$/m);
    expect(/^description: (.*)$/m.exec(front ?? '')?.[1]?.length).toBeLessThanOrEqual(1_024);
    const monitors = z
      .array(z.strictObject({ name: z.string(), command: z.string(), description: z.string(), when: z.string() }))
      .parse(json('monitors/monitors.json'));
    expect(monitors.map(({ command }) => command)).toEqual(['npx -y devtool-mcp watch']);
    expect(monitors.map(({ when }) => when)).toEqual(['on-skill-invoke:devtool-mcp']);
  });

  test('what the skill tells to call exists: tools, actions, parameters', () => {
    const calls = [...text('skills/devtool-mcp/SKILL.md').matchAll(/`([a-z]+) \{([^`]*)\}`/g)];
    expect(calls.length).toBeGreaterThan(8);
    for (const [whole, name, inside = ''] of calls) {
      const tool = TOOLS.find((one) => one.name === name);
      const action = /action: "(\w+)"/.exec(inside)?.[1];
      const keys = [...inside.replace(/\{.*\}/, '').matchAll(/(?:^|, )(\w+)(?=:|,|$)/g)].map(([, key]) => key);
      const valid =
        action === undefined ? Object.keys(tool?.input.shape ?? {}) : ['action', ...(tool?.actions?.[action] ?? [])];
      expect(valid, whole).toEqual(expect.arrayContaining(keys));
    }
  });
});
