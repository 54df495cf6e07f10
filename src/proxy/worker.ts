/** The entry of a proxy's worker thread. Everything that it is asked comes as a call on its port. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { CONNECTION_LIMITS } from './limits.ts';
import { ProxyEngine } from './proxy-engine.ts';
import { quietTap } from './quiet-tap.ts';
import { ProxyMemory } from './shared-memory.ts';
import type { FromProxyWorker, ProxyWorkerData, ToProxyWorker } from './spec.ts';

const TICK_MS = 1_000;

function main(port: NonNullable<typeof parentPort>, data: ProxyWorkerData): void {
  const { segment, generation, epoch, target, publicUrl, loopTag } = data;
  const post = (message: FromProxyWorker) => port.postMessage(message);
  const micros = () => Number((process.hrtime.bigint() - epoch) / 1_000n);
  const quiet = { feed() {} };
  const engine = new ProxyEngine({
    memory: ProxyMemory.attach(segment, generation),
    target,
    publicUrl,
    loopTag,
    tap: quietTap(data.ids),
    observers: { tunnel: () => null, events: () => quiet },
    documents: null,
    page: null,
    // Built beside this file.
    clientScript: readFileSync(new URL('page.js', import.meta.url), 'utf8'),
    limits: CONNECTION_LIMITS,
    failed: (message) => post({ kind: 'failed', message, micros: micros() }),
  });
  setInterval(() => engine.tick(), TICK_MS).unref();

  async function answer(call: ToProxyWorker): Promise<unknown> {
    switch (call.call) {
      case 'listen':
        return engine.listen(call);
      case 'retarget':
        engine.retarget(call.target);
        return null;
      case 'close':
        await engine.close();
        return null;
    }
  }

  port.on('message', (call: ToProxyWorker) => {
    answer(call).then(
      (value) => post({ kind: 'answer', id: call.id, value }),
      (error: unknown) =>
        post({
          kind: 'fault',
          id: call.id,
          message: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
    );
  });
}

if (parentPort !== null) main(parentPort, workerData);
