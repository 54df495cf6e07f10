/** A manager of proxies whose workers run in this thread. */
import { EventEmitter } from 'node:events';
import { onTestFinished } from 'vitest';
import { PROXY_LIMITS, ProxyManager, type ProxyManagerParts } from '../../src/proxy/manager.ts';
import { ProxyEngine } from '../../src/proxy/proxy-engine.ts';
import { ProxyMemory, ProxyPool } from '../../src/proxy/shared-memory.ts';
import type { ProxyWorkerData, ToProxyWorker } from '../../src/proxy/spec.ts';
import type { ProxyWorkerPort } from '../../src/proxy/worker-link.ts';

/** A worker's engine in this thread, which can be told to die. */
export class FakeWorker extends EventEmitter implements ProxyWorkerPort {
  readonly engine: ProxyEngine;

  constructor(data: ProxyWorkerData) {
    super();
    const quiet = { feed() {} };
    let id = 0;
    this.engine = new ProxyEngine({
      memory: ProxyMemory.attach(data.segment, data.generation),
      target: data.target,
      publicUrl: data.publicUrl,
      loopTag: data.loopTag,
      tap: {
        began: () => ({
          id: id++,
          touched() {},
          sent() {},
          reached() {},
          responded() {},
          received() {},
          ended() {},
        }),
        hold() {},
        release() {},
      },
      observers: { tunnel: () => null, events: () => quiet },
      documents: null,
      page: null,
      client: { script: '', inline: '' },
      failed: (message) => this.emit('message', { kind: 'failed', message, micros: 0 }),
    });
  }

  postMessage(message: ToProxyWorker): void {
    void this.#answer(message).then((value) => this.emit('message', { kind: 'answer', id: message.id, value }));
  }

  async crash(): Promise<void> {
    await this.engine.close();
    this.emit('error', new Error('out of luck'));
    this.emit('exit', 1);
  }

  async terminate(): Promise<void> {
    await this.engine.close();
    this.emit('exit', 1);
  }

  async #answer(message: ToProxyWorker): Promise<unknown> {
    if (message.call === 'listen') return this.engine.listen(message);
    if (message.call === 'retarget') this.engine.retarget(message.target);
    else if (message.call === 'close') await this.engine.close();
    return null;
  }
}

export function stage(parts: Partial<ProxyManagerParts> = {}, limits = PROXY_LIMITS) {
  const workers: FakeWorker[] = [];
  const said: string[] = [];
  const pool = new ProxyPool();
  let tags = 0;
  const clock = {
    now: 0,
    micros: () => clock.now,
    after: () => ({ cancel() {} }),
  };
  const manager = new ProxyManager(
    {
      pool,
      ids: new SharedArrayBuffer(4),
      epoch: 0n,
      clock,
      iso: (micros) => `at ${micros}`,
      newTag: () => `tag${tags++}`,
      startWorker: (data) => {
        const worker = new FakeWorker(data);
        workers.push(worker);
        return worker;
      },
      holders: async () => [{ pid: 4711, command: 'somebody' }],
      say: (line) => said.push(line),
      changed() {},
      ports: { of: () => null, isElsewhere: () => false, remember() {} },
      ...parts,
    },
    limits,
  );
  onTestFinished(() => manager.shutdown());
  return { manager, workers, said, pool, clock };
}
