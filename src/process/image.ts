/**
 * Programs that the system does not take, such as one for another processor. execvp(3) then has the shell read them, as it does a
 * script whose first line names no interpreter; what the shell says of such a program helps nobody. Linux.
 */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { filesOf, firstBytes, isExecutable } from './executable.ts';
import { readArguments, readProgram, readWaitStatus } from './os/procfs.ts';
import type { SpawnError } from './spec.ts';

const SHELL = '/bin/sh';
const ELF = 0x7f454c46;
/** Mach-O for 64 bits, for 32, and for several processors. */
const MACH_O: readonly number[] = [0xcffaedfe, 0xcefaedfe, 0xcafebabe];
/** e_machine of elf(5), by Node's names. */
const MACHINES: Readonly<Record<number, string>> = {
  3: 'ia32',
  8: 'mips',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
};
/** How shells end that were given what is no text: dash, bash. */
const NOT_READ: readonly number[] = [2, 126, 127];

/**
 * Why the child `pid`, which was just spawned for `command`, is not what was asked for but the shell that has been given a program to
 * read; null: it is what was asked for. `path` is the PATH of the child.
 */
export function notTaken(pid: number, command: string, cwd: string, path: string): SpawnError | null {
  if (process.platform !== 'linux') return null;
  const file = filesOf(command, cwd, path).find(isExecutable);
  const image = file === undefined ? null : imageOf(firstBytes(file));
  if (file === undefined || image === null || !isReadByShell(pid, file, cwd)) return null;
  return {
    code: 'ENOEXEC',
    message: `${command}: it is ${image}, which this system (${process.arch}) does not take (ENOEXEC)`,
  };
}

/** What a file is by its first bytes, in words; null for a program of this processor, and for a text, which the shell may read. */
export function imageOf(head: Buffer): string | null {
  const end = head.indexOf('\n');
  if (!head.subarray(0, end < 0 ? head.length : end).includes(0)) return null;
  const magic = head.length < 20 ? 0 : head.readUInt32BE(0);
  if (magic === ELF) {
    const number = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
    const machine = MACHINES[number] ?? `processor ${number}`;
    return machine === process.arch ? null : `a program for ${machine}`;
  }
  if (MACH_O.includes(magic)) return 'a program for macOS';
  return head.toString('latin1', 0, 2) === 'MZ' ? 'a program for Windows' : 'neither a program nor a text';
}

/** Somebody else may run it: systems are taught to (binfmt_misc). Of a child that has ended already its status alone can tell. */
function isReadByShell(pid: number, file: string, cwd: string): boolean {
  if (readProgram(pid) === realpathSync(SHELL)) return resolve(cwd, readArguments(pid)[1] ?? '') === file;
  const status = readWaitStatus(pid);
  return status !== null && NOT_READ.includes(status >> 8);
}
