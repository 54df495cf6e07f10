/** Bundled and run by front tests: a front as bin.ts makes it, whose daemon is the program named in its first argument. */
import { connectDaemon } from '../../src/front/connect.ts';
import { runFront } from '../../src/front/pipe.ts';
import { localHome } from '../../src/home/local-home.ts';

const [daemon = '', version = '1.0.0'] = process.argv.slice(2);
const env = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
const hello = { version, cwd: process.cwd(), pid: process.pid, env, role: 'front' } as const;

runFront({
  stdin: process.stdin,
  stdout: process.stdout,
  async connect() {
    const daemonCommand = [process.execPath, daemon, version] as const;
    const { socket } = await connectDaemon({ home: localHome(process.env), hello, daemonCommand: [...daemonCommand] });
    return socket;
  },
  firstAnswers: () => null,
  parentPid: () => process.ppid,
  onSignal(end) {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
  },
  exit: (code) => process.exit(code),
});
