/** Project directories for one test: written from a table of files, removed after it. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';

export type Files = Readonly<Record<string, string | Uint8Array | object>>;

const made: string[] = [];

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** A directory with these files, as a real path; an object is written as JSON. It counts as a repository: nothing above it matters. */
export function projectDirectory(files: Files = {}): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'dtm-project-')));
  made.push(path);
  mkdirSync(join(path, '.git'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    const isText = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(join(path, name), isText ? content : JSON.stringify(content));
  }
  return path;
}
