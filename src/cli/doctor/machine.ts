/** The machine below everything: Node, and what the system lets a process have. */
import { readFileSync } from 'node:fs';
import { broken, type Check, ok, warning } from './check.ts';

const OLDEST = [20, 19];
/** Below this a busy dev server runs out of descriptors. */
const FEW_FILES = 1_024;
/** A project's watched files; editors watch as well. */
const FEW_WATCHES = 16_384;

export function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < (OLDEST[0] ?? 0) || (major === OLDEST[0] && minor < (OLDEST[1] ?? 0));
  if (!isOld) return ok('node', version);
  return broken('node', `${version} is older than ${OLDEST.join('.')}`, 'Install a newer Node: https://nodejs.org/.');
}

/** `limits`: the text of /proc/self/limits; `watches`: of fs.inotify.max_user_watches. Null where the system has none. */
export function limitsCheck(limits: string | null, watches: string | null): Check {
  const files = Number(/^Max open files +(\d+)/m.exec(limits ?? '')?.[1] ?? Number.POSITIVE_INFINITY);
  const most = watches === null ? Number.POSITIVE_INFINITY : Number(watches);
  if (files < FEW_FILES)
    return warning('limits', `${files} open files are allowed`, `Raise it in the shell: ulimit -n ${FEW_FILES * 4}.`);
  if (most < FEW_WATCHES)
    return warning(
      'limits',
      `${most} files may be watched: dev servers may miss changes`,
      `Raise it: sudo sysctl fs.inotify.max_user_watches=${FEW_WATCHES * 32}.`,
    );
  const told = [
    ...(Number.isFinite(files) ? [`${files} open files`] : []),
    ...(Number.isFinite(most) ? [`${most} watched files`] : []),
  ];
  return ok('limits', told.join(', ') || 'none that the system tells of');
}

export const machineChecks = (): Check[] => [
  nodeCheck(process.versions.node),
  limitsCheck(textOf('/proc/self/limits'), textOf('/proc/sys/fs/inotify/max_user_watches')),
];

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
