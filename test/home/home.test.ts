import { describe, expect, test } from 'vitest';
import { type HomeFacts, homeOf } from '../../src/home/home.ts';

const facts = (over: Partial<HomeFacts> = {}): HomeFacts => ({
  env: {},
  platform: 'linux',
  uid: 1000,
  cwd: '/work/shop',
  userHome: '/home/ada',
  temporary: '/tmp',
  isOurs: (path) => path === '/run/user/1000',
  ...over,
});

describe('where the runtime directory is', () => {
  const rows: [string, Partial<HomeFacts>, string][] = [
    ['nothing set', {}, '/tmp/devtool-mcp-1000'],
    ['XDG_RUNTIME_DIR', { env: { XDG_RUNTIME_DIR: '/run/user/1000' } }, '/run/user/1000/devtool-mcp'],
    ["another user's XDG_RUNTIME_DIR", { env: { XDG_RUNTIME_DIR: '/run/user/7' } }, '/tmp/devtool-mcp-1000'],
    ['a relative XDG_RUNTIME_DIR', { env: { XDG_RUNTIME_DIR: 'run' }, isOurs: () => true }, '/tmp/devtool-mcp-1000'],
    ['an empty XDG_RUNTIME_DIR', { env: { XDG_RUNTIME_DIR: '' } }, '/tmp/devtool-mcp-1000'],
    ['DEVTOOL_MCP_HOME before all', { env: { DEVTOOL_MCP_HOME: '/h', XDG_RUNTIME_DIR: '/run/user/1000' } }, '/h/run'],
    ['a relative DEVTOOL_MCP_HOME', { env: { DEVTOOL_MCP_HOME: '.dtm' } }, '/work/shop/.dtm/run'],
    ['no users (Windows)', { uid: null, temporary: '/t' }, '/t/devtool-mcp-user'],
  ];
  test.each(rows)('%s', (_, over, expected) => {
    expect(homeOf(facts(over)).runtimeDirectory).toBe(expected);
  });
});

describe('where the state is', () => {
  test.each([null, '', 'ada'])('a user whose home is %j', (userHome) => {
    expect(homeOf(facts({ userHome })).stateDirectory).toBe('/tmp/devtool-mcp-1000-state');
  });

  const rows: [string, Record<string, string>, string][] = [
    ['nothing set', {}, '/home/ada/.local/state/devtool-mcp'],
    ['XDG_STATE_HOME', { XDG_STATE_HOME: '/s' }, '/s/devtool-mcp'],
    ['a relative XDG_STATE_HOME', { XDG_STATE_HOME: 's' }, '/home/ada/.local/state/devtool-mcp'],
    ['DEVTOOL_MCP_HOME', { DEVTOOL_MCP_HOME: '/h', XDG_STATE_HOME: '/s' }, '/h/state'],
  ];
  test.each(rows)('%s', (_, env, expected) => {
    const home = homeOf(facts({ env }));
    expect(home.stateDirectory).toBe(expected);
    expect([home.logPath, home.statePath]).toEqual([`${expected}/daemon.log`, `${expected}/state.json`]);
  });
});

describe('socket paths', () => {
  test('bear their epoch', () => {
    expect(homeOf(facts()).socketPath(12)).toBe('/tmp/devtool-mcp-1000/daemon-12.sock');
  });

  test('stay within what sun_path holds, for any directory; one directory has one stand-in', () => {
    for (let length = 1; length < 300; length += 7) {
      const home = homeOf(facts({ env: { DEVTOOL_MCP_HOME: `/${'ü'.repeat(length)}` } }));
      expect(Buffer.byteLength(home.socketPath(99_999_999))).toBeLessThanOrEqual(100);
      expect(home.socketPath(1).startsWith(`${home.runtimeDirectory}/`)).toBe(true);
    }
    const long = (name: string, over: Partial<HomeFacts> = {}) =>
      homeOf(facts({ env: { DEVTOOL_MCP_HOME: `/${name.repeat(120)}` }, ...over })).runtimeDirectory;
    expect(long('a')).toMatch(/^\/tmp\/dtm-[0-9a-f]{16}$/);
    expect(long('a')).toBe(long('a'));
    expect(new Set([long('a'), long('b'), long('a', { uid: 7 })]).size).toBe(3);
    expect(long('a', { temporary: `/${'t'.repeat(200)}` })).toMatch(/^\/tmp\/dtm-/);
  });

  test('are pipes on Windows, another for each home', () => {
    const pipe = (home: string) =>
      homeOf(facts({ platform: 'win32', uid: null, env: { DEVTOOL_MCP_HOME: home } })).socketPath(3);
    expect(pipe('/a')).toMatch(/^\\\\\.\\pipe\\devtool-mcp-[0-9a-f]{16}-3$/);
    expect(pipe('/a')).not.toBe(pipe('/b'));
  });
});

test('a daemon that starts elsewhere gets the home as an absolute path', () => {
  expect(homeOf(facts({ env: { DEVTOOL_MCP_HOME: '.dtm' } })).environment).toEqual({
    DEVTOOL_MCP_HOME: '/work/shop/.dtm',
  });
  expect(homeOf(facts()).environment).toEqual({});
});
