import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { roleOf, watchLineage, watchWrappers } from '../../src/front/lineage.ts';
import { startTimeOf } from '../../src/home/process-start.ts';
import { until } from './until.ts';

test.each([
  ['npm exec devtool-mcp', 'runner'],
  ['npm run start', 'runner'],
  ['/usr/bin/node|/usr/lib/node_modules/npm/bin/npx-cli.js|-y|devtool-mcp', 'runner'],
  ['node|/opt/pnpm/bin/pnpm.cjs|dlx|devtool-mcp', 'runner'],
  ['node|/opt/yarn.js|dlx|devtool-mcp', 'runner'],
  ['bun|x|devtool-mcp', 'runner'],
  ['bunx|devtool-mcp', 'runner'],
  ['sh|-c|devtool-mcp', 'shell'],
  ['/bin/bash|-c|npx -y devtool-mcp', 'shell'],
  ['-zsh', 'other'],
  ['bash|./client.sh', 'other'],
  ['node|/opt/client.js', 'other'],
  ['claude', 'other'],
  ['npmish', 'other'],
  ['', 'other'],
])('%s is %s', (commandLine, role) => {
  expect(roleOf(commandLine.split('|'))).toBe(role);
});

/** Client → runner → sh → a process that would be the front; the client says the pids below it. */
const TREE = {
  client: `require('node:child_process').spawn(process.execPath, ['-e', process.argv[1], process.argv[2]], {stdio: ['pipe', 'inherit', 'inherit']})`,
  runner: `process.title = process.argv[1];
    const child = require('node:child_process').spawn('sh', ['-c', 'sleep 600 & echo $$ $!; wait'], {stdio: ['inherit', 'pipe', 'inherit']});
    child.stdout.once('data', (pids) => process.stdout.write(process.pid + ' ' + pids));`,
};

async function tree(runnerTitle: string) {
  // In a session of its own, as in a terminal: what it leaves behind is then in nobody's session.
  const client = spawn(process.execPath, ['-e', TREE.client, TREE.runner, runnerTitle], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [text] = await once(client.stdout, 'data');
  const [runner = 0, shell = 0, front = 0] = String(text).trim().split(' ').map(Number);
  return {
    client,
    runner,
    shell,
    front,
    async end() {
      client.kill('SIGKILL');
      for (const pid of [front, shell, runner]) if (startTimeOf(pid) !== null) process.kill(pid, 'SIGKILL');
      await until('the tree is gone', () => [runner, shell, front].every((pid) => startTimeOf(pid) === null));
    },
  };
}

test.each([
  ['npm exec devtool-mcp', true],
  ['some client of its own', false],
])('below %j, the death of what started that is the client’s: %s', async (title, expected) => {
  const { client, shell, front, end } = await tree(title);
  const hasGone = watchLineage(() => shell, front);
  expect(hasGone()).toBe(false);
  client.kill('SIGKILL');
  await once(client, 'exit');
  expect(hasGone()).toBe(expected);
  // As a front sees it that takes its first look too late.
  expect(watchLineage(() => shell, front)()).toBe(expected);
  await end();
});

test('of wrappers alone: the death of what started the runner is none, the runner’s own is one', async () => {
  const { client, shell, runner, front, end } = await tree('npm exec devtool-mcp');
  const hasGone = watchWrappers(() => shell, front);
  client.kill('SIGKILL');
  await once(client, 'exit');
  expect(hasGone()).toBe(false);
  expect(watchWrappers(() => shell, front)()).toBe(false);
  process.kill(runner, 'SIGKILL');
  // Its children are another's when the last of its threads has ended.
  await until('the runner is gone', hasGone);
  await end();
});

test('without a runner there is no wrapper to watch', () => {
  let parent = process.ppid;
  const hasGone = watchWrappers(() => parent, process.pid);
  parent = 1;
  expect(hasGone()).toBe(false);
});

test('another parent than at the first look', () => {
  let parent = process.ppid;
  const hasGone = watchLineage(() => parent, process.pid);
  expect(hasGone()).toBe(false);
  parent = 1;
  expect(hasGone()).toBe(true);
});

test('a parent that had gone before the first look: ours is none that could have made us', async () => {
  // A session of its own, whose leader ends: what it started belongs to that session and to somebody else now.
  const leader = spawn('sh', ['-c', 'sleep 600 >/dev/null & echo $!'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [text] = await once(leader.stdout, 'data');
  const orphan = Number(String(text));
  await once(leader, 'exit');
  expect(watchLineage(() => process.pid, orphan)()).toBe(true);
  process.kill(orphan, 'SIGKILL');
  await until('it is gone', () => startTimeOf(orphan) === null);
});

test('a process that leads its own session is nobody’s orphan', async () => {
  const leader = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  const pid = leader.pid ?? 0;
  await until('it leads', () => startTimeOf(pid) !== null);
  expect(watchLineage(() => process.pid, pid)()).toBe(false);
  leader.kill('SIGKILL');
  await once(leader, 'exit');
});
