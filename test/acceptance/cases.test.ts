/** Single cases of what programs do, each with all that is told of it. */
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sharedWorld, until } from './harness.ts';

const shared = sharedWorld();

async function ran(code: string, more: Record<string, unknown> = {}) {
  const run = { command: 'sh', args: ['-c', code], id: 'case', mode: 'foreground-raw', ...more };
  return (await shared().session.ok('run', run)).data;
}

const output = async (more: Record<string, unknown> = {}) =>
  shared().session.ok('proc', { action: 'output', process_id: 'case', ...more });

test('both streams exactly, and together in their order', async () => {
  expect(await ran('echo out; sleep 0.05; echo err >&2; sleep 0.05; echo out')).toMatchObject({
    stdout: 'out\nout\n',
    stderr: 'err\n',
    output: { stdout_bytes: 8, stderr_bytes: 4, dropped_bytes: 0 },
  });
  expect((await output()).text).toMatch(/^out\nerr\nout\n\[3 of 3 lines · dropped 0 · cursor \d+\]$/);
});

test('it runs where the path is, a link by what it leads to, blanks and letters as they are', async () => {
  const { place } = shared();
  const real = join(place.project, 'with blanks é');
  await mkdir(real);
  await symlink(real, join(place.project, 'link'));
  for (const path of ['with blanks é', 'link', real, 'link/../with blanks é'])
    expect(await ran('pwd', { path })).toMatchObject({ path: real, stdout: `${real}\n` });
});

test('a burst of 10 MB: each byte is counted, the last ones are kept', async () => {
  const data = await ran(
    `i=0; while [ $i -lt 10 ]; do head -c 999990 /dev/zero | tr '\\0' x; echo " line $i"; i=$((i+1)); done`,
  );
  expect(data).toMatchObject({ truncated: true, output: { stdout_bytes: 10 * 999_998 } });
  const { text } = await output({ tail: 1 });
  expect(text).toMatch(/^x{2000}… \(\+\d+ characters\)\n/);
});

describe('ends by signal, by name', () => {
  const names = ['HUP', 'INT', 'ILL', 'TRAP', 'BUS', 'FPE', 'KILL', 'USR1', 'SEGV', 'USR2', 'PIPE', 'ALRM', 'TERM'];
  test.each([...names, 'XCPU', 'XFSZ', 'VTALRM', 'PROF', 'SYS', 'IO', 'PWR'])('SIG%s', async (name) => {
    const end = { state: 'failed', exit_code: null, signal: `SIG${name}`, ended_by: 'signal' };
    expect(await ran(`kill -s ${name} $$; sleep 60`)).toMatchObject(end);
  });
});

test('an address that comes in pieces, over silences, is whole in the end', async () => {
  const { session } = shared();
  const code = `process.stdout.write('at http://localhost:4');process.stdin.on('data',(d)=>process.stdout.write(d))`;
  await session.ok('run', { command: process.execPath, args: ['-e', code], id: 'case', wait_for: 'ready' });
  for (const data of ['32', '1/', '\n']) {
    await session.ok('proc', { action: 'input', process_id: 'case', data });
    await until(`${data} has been looked at`, async () => {
      const status = await session.ok('proc', { action: 'status', process_id: 'case' });
      const [url = ''] = status.data['urls'] as string[];
      return url.endsWith(data.trim());
    });
  }
  const { data } = await session.ok('proc', { action: 'stop', process_id: 'case' });
  expect(data['urls']).toEqual(['http://localhost:4321/']);
});

test('a PATH that leads into a loop, or through a file, is no end of the daemon', async () => {
  const { place, session } = shared();
  await symlink('loop', join(place.project, 'loop'));
  const env = { PATH: `${join(place.project, 'loop')}:/etc/passwd:/no/such` };
  for (const tty of [false, true]) {
    const refused = await session.call('run', { command: 'no-such-command', env, tty });
    expect(refused.text).toMatch(/^start_failed: no-such-command: /);
  }
});

test('streams that are closed at once end nothing; what takes no input says so', async () => {
  const { session } = shared();
  await ran('exec <&- 2>&-; echo closed; exec >&-; exec sleep 600', {
    mode: 'background',
    wait_for: { text: 'closed' },
  });
  const refused = await session.call('proc', { action: 'input', process_id: 'case', data: 'x\n' });
  expect(refused.text).toMatch(/^not_running: process_id=case takes no input: /);
  const { data } = await session.ok('proc', { action: 'stop', process_id: 'case' });
  expect(data).toMatchObject({ state: 'stopped', signal: 'SIGTERM', ended_by: 'stop' });
});
