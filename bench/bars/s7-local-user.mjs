// Bar S7: another local user (nobody) gets nothing: 0 of 12 reads, connects and writes succeed, and what nobody has planted in our way is
// refused in one line. Needs root, to become nobody. The last line is the figure; the exit code says whether the bar is met.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BIN, environment, openFront, pidsWith, scratch, until } from './front.mjs';

if (process.getuid?.() !== 0) {
  console.log('S7 not shown: it needs root, to become nobody');
  process.exit(2);
}

const id = (option) => Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }));
const nobody = { uid: id('-u'), gid: id('-g') };
const { directory, home, remove } = scratch();
// Everybody may come as far as the home: what stops them is ours.
for (const path of [directory, home]) {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
}

/** Whether `script` succeeds as nobody; it throws what the system refuses. */
function asNobody(script, ...args) {
  const { status } = spawnSync(process.execPath, ['-e', `const [a, b] = process.argv.slice(1); ${script}`, ...args], {
    ...nobody,
    cwd: '/',
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: 10_000,
  });
  return status === 0;
}

const CONNECT = `const socket = require('net').connect(a, () => process.exit(0)); socket.on('error', () => process.exit(1));`;
const READ = `require('fs').readFileSync(a)`;
const LIST = `require('fs').readdirSync(a)`;
const WRITE = `require('fs').writeFileSync(a, 'x')`;

// Nobody can do what everybody may, or the attempts below would show nothing.
if (!asNobody(READ, '/etc/passwd') || !asNobody(LIST, home))
  throw new Error('nobody cannot even run node and list a public directory');

const keeper = await openFront({ home, cwd: directory });
const { data } = await keeper.call('run', { command: 'sleep', args: ['600'], id: 'secret', wait_for: 'none' });
const daemon = (await keeper.call('daemon', { action: 'info' })).data;
const [run, state] = [join(home, 'run'), join(home, 'state')];
const owner = readdirSync(run).find((name) => name.startsWith('owner-')) ?? 'owner-1';
const attempts = {
  'connect to the socket': () => asNobody(CONNECT, daemon.socket_path),
  'list the runtime directory': () => asNobody(LIST, run),
  'read the owner file': () => asNobody(READ, join(run, owner)),
  'plant the next owner file': () => asNobody(WRITE, join(run, 'owner-99')),
  'plant a socket': () =>
    asNobody(
      `require('net').createServer().listen(a, () => process.exit(0)).on('error', () => process.exit(1))`,
      join(run, 'daemon-99.sock'),
    ),
  'remove the socket': () => asNobody(`require('fs').unlinkSync(a)`, daemon.socket_path),
  'list the state directory': () => asNobody(LIST, state),
  'read the log': () => asNobody(READ, daemon.log_path),
  'write the log': () => asNobody(`require('fs').appendFileSync(a, 'x')`, daemon.log_path),
  'read the state file': () => asNobody(READ, join(state, 'state.json')),
  "read the daemon's environment": () => asNobody(READ, `/proc/${daemon.pid}/environ`),
  "write to a child's standard input": () =>
    asNobody(`require('fs').writeSync(require('fs').openSync(a, 'w'), 'x')`, `/proc/${data.pid}/fd/0`),
};

const done = [];
for (const [name, attempt] of Object.entries(attempts)) if (attempt()) done.push(name);
// An attempt that fails for want of a target shows nothing: as root each target is there.
const missing = [
  daemon.socket_path,
  join(run, owner),
  daemon.log_path,
  join(state, 'state.json'),
  `/proc/${data.pid}/fd/0`,
].filter((path) => spawnSync('test', ['-e', path]).status !== 0 && !path.includes('/fd/'));
await keeper.call('daemon', { action: 'stop' });
await keeper.close();
await until('nothing is left', () => pidsWith(`DEVTOOL_MCP_HOME=${home}`).length === 0);

/** What nobody puts where the runtime directory will be: a front refuses it, in words. */
const plants = {
  'a directory of another user': () => execFileSync('install', ['-d', '-o', 'nobody', '-m', '0777', run]),
  'a link to a directory': () => symlinkSync('/tmp', run),
  'a link to nowhere': () => symlinkSync('/nonexistent/x', run),
  'a file': () => writeFileSync(run, ''),
};
const accepted = [];
for (const [name, plant] of Object.entries(plants)) {
  rmSync(run, { recursive: true, force: true });
  plant();
  const line = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} });
  const { stdout } = spawnSync(process.execPath, [BIN], {
    input: `${line}\n`,
    env: environment(home),
    encoding: 'utf8',
  });
  const refusal = JSON.parse(stdout.trim() || '{}').error?.message ?? '';
  console.log(`${name}: ${refusal || 'accepted'}`);
  if (!refusal.includes('remove it, or set DEVTOOL_MCP_HOME')) accepted.push(name);
}
await until('nothing is left', () => pidsWith(`DEVTOOL_MCP_HOME=${home}`).length === 0);
remove();

for (const name of [...done, ...accepted, ...missing.map((path) => `not there: ${path}`)])
  console.log(`SUCCEEDED ${name}`);
const total = Object.keys(attempts).length;
const met = done.length === 0 && accepted.length === 0 && missing.length === 0;
console.log(
  `S7 ${met ? 'met' : 'MISSED'}: ${done.length} of ${total} reads, writes and connects by another user succeeded; ${accepted.length} of ${Object.keys(plants).length} plants accepted`,
);
process.exitCode = met ? 0 : 1;
