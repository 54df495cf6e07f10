/** Directories that are the user's alone. */
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';

/** Creates `path` with mode 0700; throws with one clear line when what is there is no directory, or is somebody else's. */
export function secureDirectory(path: string, uid: number | null): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  if (!found.isDirectory())
    throw new Error(
      `${path} is ${found.isSymbolicLink() ? 'a symbolic link' : 'no directory'}: remove it, or set DEVTOOL_MCP_HOME`,
    );
  if (uid === null) return;
  if (found.uid !== uid)
    throw new Error(`${path} belongs to user ${found.uid}, not to ${uid}: remove it, or set DEVTOOL_MCP_HOME`);
  if ((found.mode & 0o077) !== 0) chmodSync(path, 0o700);
}
