/** A program in a pseudo-terminal, and its screen as the view writes it: lines placed one by one. */
import { type IPty, spawn } from '@lydell/node-pty';
import { afterEach } from 'vitest';

export interface Terminal {
  readonly pty: IPty;
  /** All that was written. */
  written(): string;
  screen(): string;
  readonly ended: Promise<number>;
}

const open = new Set<IPty>();
afterEach(() => {
  for (const pty of open) pty.kill('SIGTERM');
});

export function openTerminal(
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
  name = 'xterm-256color',
): Terminal {
  const pty = spawn(process.execPath, [...args], { cwd, env, cols: 100, rows: 24, name });
  open.add(pty);
  pty.onExit(() => open.delete(pty));
  let written = '';
  pty.onData((text) => {
    written += text;
  });
  return {
    pty,
    written: () => written,
    screen: () => screenOf(written),
    ended: new Promise((resolve) => pty.onExit(({ exitCode, signal }) => resolve(signal || exitCode))),
  };
}

function screenOf(written: string): string {
  const lines: string[] = [];
  const since = written.slice(Math.max(0, written.lastIndexOf('\x1b[2J')));
  for (const [, row, text = ''] of since.matchAll(/\x1b\[(\d+);1H\x1b\[2K(.*?)(?=\x1b\[\d+;1H|\x1b\[\?)/gs))
    lines[Number(row) - 1] = text.replace(/\x1b\[\d*m/g, '').trimEnd();
  return Array.from(lines, (line) => line ?? '').join('\n');
}
