// Proxies as programs that print their port, and ours among them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle, requireBuilt } from '../lockfree/build.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** In the place of what writes the log. */
const SILENT = { 'traffic-tap.ts': here('./silent-tap.mjs') };

/** A proxy that prints its port. */
export async function startProgram(command, programArgs, env = {}) {
  const child = spawn(command, programArgs, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${[command, ...programArgs].join(' ')} ended with ${code}`);
  });
  ended.catch(() => {});
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
  return { child, port: Number(line) };
}

/** `worker`: the module of the proxy's worker. */
export async function startOurs(url, directory, worker = pathToFileURL(here('../../dist/proxy-worker.js')).href) {
  requireBuilt('page.js', 'page-inline.js', 'proxy-worker.js');
  // A worker reads them from beside itself.
  for (const file of ['page.js', 'page-inline.js']) copyFileSync(here(`../../dist/${file}`), join(directory, file));
  return startProgram(process.execPath, [here('./ours.mjs'), url], {
    BENCH_PROXY_MEMORY: await bundle('src/proxy/shared-memory.ts', directory),
    BENCH_PROXY_WORKER: worker,
  });
}

/** Ours without its log, from the sources. */
export const startSilent = async (url, directory) =>
  startOurs(url, directory, await bundle('src/proxy/worker.ts', directory, SILENT));

export async function endAll(children) {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill();
    await once(child, 'exit');
  }
}
