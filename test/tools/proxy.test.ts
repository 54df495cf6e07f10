import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { proxyTool } from '../../src/tools/proxy.ts';
import { follow } from '../../src/tools/proxy-follow.ts';
import type { Call } from '../../src/tools/tool.ts';
import type { Workbench } from '../../src/tools/workbench.ts';
import { stage } from '../proxy/stage.ts';
import { answering, browse, openOrigin } from '../proxy/stand.ts';

const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** The tool over a manager whose workers run here, and processes that have these URLs. */
function bench(urls: Record<string, string[]> = {}) {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'proxy-tool-')));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  const { manager } = stage();
  const processOf = (id: string) => ({ id, facts: { urls: urls[id] ?? [], ports: [] }, state: () => 'failed' });
  const processes = {
    resolve: processOf,
    get: (_: string, id: string) => processOf(id),
    wait: async () => ({ ok: false }),
  };
  const workbench = { processes, proxies: manager } as unknown as Workbench;
  const caller = { cwd, env: {}, attend: () => {}, name: 'test' };
  const call: Call = { caller, signal: new AbortController().signal, progress: null };
  const run = async (input: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const result = await proxyTool.run(input, call, workbench);
    if (result.kind !== 'data') throw new Error('no data');
    return result.value;
  };
  return { run, manager, workbench, cwd, urls };
}

describe('proxy', () => {
  test('starts, shows, lists, restarts and stops one', async () => {
    const origin = await openOrigin(answering(() => ok('hello')));
    const { run, cwd } = bench();
    const started = await run({ action: 'start', target_url: `127.0.0.1:${origin.port}` });
    const id = `127-0-0-1-${origin.port}`;
    expect(started).toMatchObject({
      id,
      path: cwd,
      target_url: origin.url,
      running: true,
      reused: false,
      last_error: null,
    });
    expect(started['message']).toBe(`Started: open ${started['url']} instead of ${origin.url}`);
    const port = Number(new URL(String(started['url'])).port);
    await browse(port).send(`GET / HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`).has('hello');
    expect(await run({ action: 'start', target_url: origin.url })).toMatchObject({ id, reused: true });
    expect(await run({ action: 'status', id })).toMatchObject({ total_requests: 1, restart_count: 0 });
    expect(await run({ action: 'restart' })).toMatchObject({ id, restart_count: 1, running: true });
    expect(await run({ action: 'list' })).toMatchObject({ proxies: [{ id }], active_count: 1 });
    expect(await run({ action: 'stop', id })).toMatchObject({ id, running: false });
    expect(await run({ action: 'list', global: true })).toEqual({ proxies: [], active_count: 0 });
  });

  test('follows a process', async () => {
    const [one, two] = await Promise.all([openOrigin(), openOrigin()]);
    const { run, manager, workbench, urls } = bench({ dev: [`${one.url}/app/`] });
    expect(await run({ action: 'start', process_id: 'dev' })).toMatchObject({
      id: 'dev',
      process_id: 'dev',
      target_url: one.url,
    });
    urls['dev'] = [];
    await follow(workbench.processes, manager);
    expect(await run({ action: 'status', id: 'dev' })).toMatchObject({ target_url: one.url });
    urls['dev'] = [two.url];
    await follow(workbench.processes, manager);
    expect(await run({ action: 'status', id: 'dev' })).toMatchObject({ target_url: two.url });
  });

  test.each([
    [{ action: 'start' }, 'invalid_argument', 'target_url is missing'],
    [{ action: 'start', target_url: 'http://a', process_id: 'b' }, 'invalid_argument', 'both given'],
    [{ action: 'start', target_url: 'ftp://a/' }, 'invalid_argument', 'is no http(s) URL'],
    [{ action: 'start', target_url: 'http://a', port: 6_000 }, 'invalid_argument', 'browsers refuse'],
    [{ action: 'start', target_url: 'http://a', id: '../x' }, 'invalid_argument', 'is not an id'],
    [{ action: 'start', process_id: 'dead' }, 'not_running', 'has named no URL'],
    [{ action: 'status' }, 'invalid_argument', 'id is missing'],
    [{ action: 'stop', id: 'nobody' }, 'not_found', 'is no proxy known'],
  ])('%j is %s', async (input, code, text) => {
    const { run } = bench();
    await expect(run(input)).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
  });
});
