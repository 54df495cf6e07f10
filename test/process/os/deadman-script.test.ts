/** The dead-man's script: whom it ends, whom it leaves, and what it refuses to hear. */
import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DEADMAN_SCRIPT } from '../../../src/process/os/deadman-script.ts';
import { bystander, line, lives, runScript, SHELLS } from './deadman-shell.ts';
import { endTrees, freshMarker, isThere, type RealTree, startTree, until } from './real-tree.ts';

/** They have been signalled by then; without a processor they may take longer to die than the script waits. */
const gone = (pids: readonly number[]) => until(`${pids.join(' ')} gone`, () => !pids.some(isThere));

describe.each(SHELLS)('the script under %s', (shell) => {
  afterEach(endTrees);

  test('ends groups by number and everybody else by marker, and no bystander', async () => {
    const marker = freshMarker();
    const shapes = ['child', 'setsid', 'double-fork', 'stopped', 'wide*50'];
    const ours = await startTree(marker, 1, ['node', 'tree.mjs', ...shapes], { IGNORE_TERM: '1' });
    const unannounced = await startTree(marker, 12, ['node', 'tree.mjs', 'node']);
    const other = await bystander();
    expect(await runScript(shell, marker, line(ours))).toBe(0);
    await gone([ours.leader.pid, ...ours.pids, unannounced.leader.pid, ...unannounced.pids]);
    expect(lives(other)).toBe(true);
  });

  test('ends who was named and carries no marker', async () => {
    const ours = await startTree(freshMarker(), 1, ['node', 'tree.mjs', 'bare', 'bare-double-fork']);
    const other = await bystander();
    ours.census.members();
    const known = ours.census.unmarked().map(({ pid, startTime }) => `${pid}:${startTime}`);
    expect(await runScript(shell, freshMarker(), `+ ${ours.leader.pid} ${known.join(' ')}\n`)).toBe(0);
    await gone(ours.pids);
    expect(lives(other)).toBe(true);
  });

  test('ends children that carry no marker and that nobody named, known by their parents or by a stream alone', async () => {
    const marker = freshMarker();
    const ours = await startTree(marker, 1, ['node', 'tree.mjs', 'bare', 'deep*4', 'bare-double-fork'], {
      IGNORE_TERM: '1',
    });
    const other = await bystander();
    expect(await runScript(shell, marker, line(ours))).toBe(0);
    await gone([ours.leader.pid, ...ours.pids]);
    expect(lives(other)).toBe(true);
  });

  test('knows a group by another member when its leader has gone', async () => {
    const ours = await startTree(freshMarker(), 1, ['sh', 'zombie-leader.sh'], { BARE: '1' });
    await ours.exited;
    const [member] = ours.census.members();
    const lines = `${line(ours)}+ ${ours.leader.pid} ${member?.pid}:${member?.startTime}\n`;
    expect(await runScript(shell, freshMarker(), lines)).toBe(0);
    await gone(ours.pids);
  });

  test('a group whose leader has another start time by now is left alone', async () => {
    const other = await bystander();
    expect(await runScript(shell, freshMarker(), line(other, `${other.leader.startTime}1`))).toBe(0);
    expect(lives(other)).toBe(true);
  });

  test('a group is not ended through a process that is not in it', async () => {
    const ours = await bystander();
    const other = await bystander();
    const lines = `+ ${other.leader.pid} ${ours.leader.pid}:${ours.leader.startTime}\n`;
    expect(await runScript(shell, freshMarker(), lines)).toBe(0);
    await gone([ours.leader.pid]);
    expect(lives(other)).toBe(true);
  });

  test('a group that was taken back is left alone', async () => {
    const other = await bystander();
    expect(await runScript(shell, freshMarker(), `${line(other)}- ${other.leader.pid}\n`)).toBe(0);
    expect(lives(other)).toBe(true);
  });

  test('a line that the daemon did not finish is not read', async () => {
    const other = await bystander();
    expect(await runScript(shell, freshMarker(), line(other).trimEnd())).toBe(0);
    expect(lives(other)).toBe(true);
  });

  test('a leader whose start time is not known stands for nobody', async () => {
    const other = await bystander();
    const gone = await startTree(freshMarker(), 1, ['node', 'graceful.mjs']);
    gone.child.kill('SIGKILL');
    await gone.exited;
    const lines = [other.leader.pid, gone.leader.pid].map(
      (pid) => `+ ${other.leader.pid} ${pid}:\n+ ${pid}\n+ ${pid} ${pid}\n`,
    );
    expect(await runScript(shell, freshMarker(), lines.join(''))).toBe(0);
    expect(lives(other)).toBe(true);
  });

  test('is understood', () => {
    expect(spawnSync(shell, ['-n', '-c', DEADMAN_SCRIPT]).status).toBe(0);
  });
});

describe.each(SHELLS)('what is wrong, under %s', (shell) => {
  let bystanding: RealTree | undefined;
  beforeAll(async () => {
    bystanding = await bystander();
  });
  afterAll(endTrees);
  const other = (): RealTree => {
    if (bystanding === undefined) throw new Error('nobody stands by');
    return bystanding;
  };

  test.each([
    '',
    'dtm-',
    '*',
    'dtm-*',
    `dtm-${'g'.repeat(32)}`,
    `dtm-${'A'.repeat(32)}`,
    `dtm-${'a'.repeat(31)}`,
    `dtm-${'a'.repeat(33)}`,
    'a'.repeat(36),
    'a'.repeat(32),
    ` dtm-${'a'.repeat(32)}`,
    `dtm-${'a'.repeat(31)}\n`,
  ])('marker %j is refused before anything is read', async (marker) => {
    expect(await runScript(shell, marker, line(other()))).toBe(64);
    expect(lives(other())).toBe(true);
  });

  test.each([
    '+ 1 1:1',
    '+ 0 0:0',
    '+ -1 -1:1',
    '+ 01 01:1',
    '+ 99999999999999999999 99999999999999999999:1',
    '+',
    '+ x y:z',
    '- ',
    '* * *',
    '+ $(kill) 2:3',
    '+ / /:/',
    '+ 2 /proc/[0-9]*',
  ])('line %j signals nobody', async (bad) => {
    expect(await runScript(shell, freshMarker(), `${bad}\n`)).toBe(0);
    expect(lives(other())).toBe(true);
  });
});
