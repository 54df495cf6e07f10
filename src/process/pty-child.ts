/** A child under a pseudo-terminal, for programs that want one. Needs the optional package @lydell/node-pty. */
import { cannotExecute } from './cannot-execute.ts';
import { type Child, type ChildEvents, cwdError } from './child.ts';
import type { ProcessSpec, SpawnError } from './spec.ts';

const COLUMNS = 120;
const ROWS = 40;

/** One stream for both outputs: what comes is `stdout`. The child leads a session, hence a group, of its own. */
export async function spawnPtyChild(
  spec: ProcessSpec,
  env: Record<string, string>,
  events: ChildEvents,
): Promise<Child | SpawnError> {
  const command = spec.shell ? '/bin/sh' : spec.command;
  const args = spec.shell ? ['-c', spec.command] : [...spec.args];
  // What execvp(3) would find out only in the child, where nobody can be told.
  const refused = cwdError(spec.cwd) ?? cannotExecute(command, spec.cwd, env['PATH'] ?? '');
  if (refused !== null) return refused;
  const pty = await import('@lydell/node-pty').catch(() => null);
  if (pty === null)
    return {
      code: 'EUNSUPPORTED',
      message: 'tty: true needs the optional package @lydell/node-pty, which is not installed',
    };
  const terminal = pty.spawn(command, args, {
    cwd: spec.cwd,
    env: { TERM: 'xterm-256color', ...env },
    cols: COLUMNS,
    rows: ROWS,
    encoding: null,
  });
  let open = true;
  // With `encoding: null` chunks are buffers, whatever the type says.
  terminal.onData((chunk: string | Buffer) => events.output('stdout', Buffer.from(chunk)));
  terminal.onExit(({ exitCode, signal }) => {
    open = false;
    const bySignal = signal !== undefined && signal > 0;
    events.exited(bySignal ? null : exitCode, bySignal ? signal : null);
    events.drained();
  });
  return {
    pid: terminal.pid,
    async write(data, eof) {
      if (!open) return 'its terminal is closed';
      // A terminal has no end of input but the control character for it.
      terminal.write(eof ? `${data}\x04` : data);
      return null;
    },
    closePipes() {
      if (open) terminal.pause();
    },
  };
}
