// A Chromium for the browser tests: the system's, else Debian's package when root.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Null when there is none. DEVTOOL_MCP_CHROMIUM names another. */
export function chromiumPath() {
  const named = process.env.DEVTOOL_MCP_CHROMIUM;
  const places = (process.env.PATH ?? '').split(delimiter).filter((place) => place !== '');
  const candidates = [...(named ? [named] : []), ...NAMES.flatMap((name) => places.map((place) => join(place, name)))];
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function install() {
  const apt = (...words) => execFileSync('apt-get', words, { stdio: ['ignore', 2, 2] });
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', 'chromium');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (chromiumPath() === null && process.platform === 'linux' && process.getuid?.() === 0) install();
  const path = chromiumPath();
  if (path === null) {
    console.error('no Chromium was found: install chromium, or name one in DEVTOOL_MCP_CHROMIUM');
    process.exit(1);
  }
  console.log(path);
}
