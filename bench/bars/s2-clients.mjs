// S2: clients as they are installed: SDK v1, SDK v2 of each way to choose an era, over stdio and over HTTP; the Inspector's command line.
// Each lists, calls (many at once, every answer looked at: ids must never cross), hears progress, and cancels in the middle of a wait.
// `node bench/bars/s2-clients.mjs [calls]`
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as v2 from '@modelcontextprotocol/client';
import * as v2stdio from '@modelcontextprotocol/client/stdio';
import { scratchWith } from '../../scripts/scratch.mjs';
import { BIN, environment, pidsWith, scratch, until } from './front.mjs';

const CALLS = Number(process.argv[2] ?? 500);
const AT_ONCE = 25;
const { directory, home, remove } = scratch();
const env = environment(home);
const v1 = await sdkOne();
const inspector = scratchWith('inspector', ['node@22', '@modelcontextprotocol/inspector@2.12.0']);

async function sdkOne() {
  const sdk = `${scratchWith('sdk-v1', ['@modelcontextprotocol/sdk@1.32.2'])}node_modules/@modelcontextprotocol/sdk/dist/esm/client/`;
  const parts = await Promise.all(['index.js', 'stdio.js', 'streamableHttp.js'].map((name) => import(`${sdk}${name}`)));
  return Object.assign({}, ...parts);
}

/** A daemon that serves HTTP as well. */
async function daemon() {
  const child = spawn(process.execPath, [BIN, 'daemon', 'run', '--http=0'], {
    cwd: directory,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for await (const line of createInterface({ input: child.stderr })) {
    const url = /MCP over HTTP at (\S+);/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stderr.resume();
    return { child, url: new URL(url), token: readFileSync(join(home, 'state/http-token'), 'utf8').trim() };
  }
  throw new Error('the daemon has ended');
}

const { child, url, token } = await daemon();
const exited = new Promise((resolve) => child.once('exit', resolve));
const stdio = (sdk) => new sdk.StdioClientTransport({ command: process.execPath, args: [BIN], cwd: directory, env });
const http = (sdk) =>
  new sdk.StreamableHTTPClientTransport(url, { requestInit: { headers: { Authorization: `Bearer ${token}` } } });
const info = (name) => ({ name, version: '1.0.0' });
const second = { ...v2, ...v2stdio };
const era = (mode) => () => new v2.Client(info('sdk-v2'), { versionNegotiation: { mode } });
const CLIENTS = {
  'SDK v1': [v1, () => new v1.Client(info('sdk-v1'))],
  'SDK v2 legacy': [second, era('legacy')],
  'SDK v2 auto': [second, era('auto')],
  'SDK v2 pinned': [second, era({ pin: '2026-07-28' })],
};

let wrong = 0;
function expectThat(holds, what) {
  if (holds) return true;
  wrong += 1;
  console.log(`  wrong: ${what}`);
  return false;
}

/** The second place of v1's `callTool` is a schema. */
const caller = (sdk, client) => (name, args, options) =>
  sdk === v1
    ? client.callTool({ name, arguments: args }, undefined, options)
    : client.callTool({ name, arguments: args }, options);

async function tryClient(name, sdk, client) {
  const call = caller(sdk, client);
  const { tools } = await client.listTools();
  expectThat(tools.length === 9, `${name}: ${tools.length} tools`);
  let right = 0;
  const ask = async (n) => {
    const id = `nobody-${name.replace(/\W/g, '-')}-${n}`;
    const { structuredContent, isError } = await call('proc', { action: 'status', process_id: id });
    if (
      expectThat(
        isError === true && structuredContent.message.includes(JSON.stringify(id)),
        `${name}: ${id} got ${structuredContent?.message}`,
      )
    )
      right += 1;
  };
  for (let n = 0; n < CALLS; n += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => ask(n + at)));
  await call('run', { command: 'sleep', args: ['600'], id: 's' });
  let told = 0;
  const wait = { action: 'wait', process_id: 's', for: 'exit' };
  await call('proc', { ...wait, timeout_ms: 1_500 }, { onprogress: () => (told += 1) });
  expectThat(told > 0, `${name}: no progress`);
  const cancel = new AbortController();
  const waiting = call(
    'proc',
    { ...wait, timeout_ms: 60_000 },
    { signal: cancel.signal, onprogress: () => cancel.abort('enough') },
  );
  expectThat(
    await waiting.then(
      () => false,
      () => true,
    ),
    `${name}: a cancelled call was answered`,
  );
  const after = await call('proc', { action: 'status', process_id: 's' });
  expectThat(after.structuredContent.state === 'running', `${name}: the process is ${after.structuredContent.state}`);
  await call('proc', { action: 'stop', process_id: 's' });
  return right;
}

function inspected(args) {
  const program = [`${inspector}node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js`, '--cli'];
  return new Promise((resolve) => {
    execFile(
      `${inspector}node_modules/node/bin/node`,
      [...program, ...args],
      { cwd: directory, env: { ...env, PATH: `${inspector}node_modules/node/bin:${process.env.PATH}` } },
      (error, stdout, stderr) => resolve({ ok: error === null, stdout, stderr }),
    );
  });
}

async function tryInspector() {
  const ways = {
    stdio: [process.execPath, BIN],
    http: [url.href, '--transport', 'http', '--header', `Authorization: Bearer ${token}`],
  };
  for (const [way, target] of Object.entries(ways)) {
    const list = await inspected([...target, '--method', 'tools/list']);
    expectThat(
      list.ok && JSON.parse(list.stdout).tools.length === 9,
      `inspector over ${way}, list: ${list.stderr || list.stdout}`,
    );
    const words = ['--method', 'tools/call', '--tool-name', 'detect', '--tool-arg', `path=${directory}`];
    const call = await inspected([...target, ...words]);
    expectThat(
      call.ok && call.stdout.includes('"package_manager"'),
      `inspector over ${way}, call: ${call.stderr || call.stdout}`,
    );
  }
}

let calls = 0;
try {
  for (const [name, [sdk, make]] of Object.entries(CLIENTS))
    for (const [way, transport] of Object.entries({ stdio, http })) {
      const client = make();
      await client.connect(transport(sdk));
      const right = await tryClient(`${name}, ${way}`, sdk, client);
      calls += right;
      await client.close();
      console.log(
        `${name.padEnd(14)} ${way.padEnd(5)} ${right} of ${CALLS} calls right, progress, cancelled in the middle of a wait`,
      );
    }
  await tryInspector();
} finally {
  child.kill('SIGTERM');
  await exited;
  await until('nothing is left', () => pidsWith(`DEVTOOL_MCP_HOME=${home}`).length === 0);
  remove();
}
const all = CALLS * Object.keys(CLIENTS).length * 2;
console.log(
  `S2 ${wrong === 0 && calls === all ? 'met' : 'MISSED'}: ${calls} of ${all} calls right by 4 clients over 2 transports, each with list, progress and cancel; Inspector: list and call; ${wrong} wrong`,
);
process.exitCode = wrong === 0 && calls === all ? 0 : 1;
