/** Opens an address in the person's browser. */
import { spawn } from 'node:child_process';

/** Only what was started here: an address of this machine, over HTTP. */
export function isOwnUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username } = new URL(url);
  return protocol === 'http:' && username === '' && (hostname === 'localhost' || hostname === '127.0.0.1');
}

const PROGRAMS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** `failed` hears why no browser could be started. */
export function openInBrowser(url: string, failed: (why: string) => void): void {
  const [program, ...args] = PROGRAMS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore' });
  child.on('error', (error) => failed(error.message));
  child.on('exit', (code) => {
    if (code !== 0 && code !== null) failed(`${program} ended with ${code}`);
  });
  child.unref();
}
