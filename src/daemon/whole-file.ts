/** A file of the user's alone that is whole whenever one looks, whatever cuts the writer off. */
import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';

/**
 * Beside it, flushed, then renamed over it: cut at any byte the old one stands (rename(2) is atomic), and what has the name is whole
 * on the disk too. In the thread pool, since a flush takes its time; one at a time for each path.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const beside = `${path}.next`;
  await rm(beside, { force: true });
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(beside, flags, 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
