/** The dead-man's script in a shell of its own, for its tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DEADMAN_SCRIPT } from '../../../src/process/os/deadman-script.ts';
import { freshMarker, isThere, type RealTree, startTree } from './real-tree.ts';

export const SHELLS = ['/bin/sh', '/bin/bash'];

/** Somebody who has nothing to do with it. */
export const bystander = () => startTree(freshMarker(), 1, ['node', 'tree.mjs', 'child']);
export const lives = ({ leader, pids }: RealTree) => [leader.pid, ...pids].every(isThere);

/** Runs the script with these lines, its pipe closed at once; its exit code. */
export async function runScript(shell: string, marker: string, lines: string): Promise<number | null> {
  const child = spawn(shell, ['-c', DEADMAN_SCRIPT, 'deadman', marker], { stdio: ['pipe', 'ignore', 'inherit'] });
  // A script that refuses its marker reads nothing.
  child.stdin.on('error', () => {});
  child.stdin.end(lines);
  const [code] = await once(child, 'exit');
  return code;
}

/** What the daemon writes of a group. */
export const line = ({ leader }: RealTree, startTime = leader.startTime) =>
  `+ ${leader.pid} ${leader.pid}:${startTime}\n`;
