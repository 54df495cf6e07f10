// Our proxy as the bench runs it, and the only place that knows how it is started: its worker thread, without the daemon around it.
// `node ours.mjs http://127.0.0.1:PORT` listens on a free loopback port and prints it. BENCH_PROXY_WORKER and BENCH_PROXY_MEMORY are
// the modules of the worker and of the memory that it is given.
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';

const LOOP_TAG = 'bench';

const { ProxyPool } = await import(process.env.BENCH_PROXY_MEMORY);
const memory = new ProxyPool().take();

const worker = new Worker(new URL(process.env.BENCH_PROXY_WORKER), {
  workerData: {
    segment: memory.buffer,
    generation: memory.generation,
    ids: new SharedArrayBuffer(8),
    epoch: process.hrtime.bigint(),
    target: { url: process.argv[2], verifyTls: null },
    publicUrl: null,
    loopTag: LOOP_TAG,
    rules: { order: [], added: [], hasChaos: false, globalOdds: 1, globalSeed: 0 },
  },
});
worker.on('error', (error) => {
  throw error;
});
worker.on('message', (message) => {
  if (message.kind === 'failed' || message.kind === 'fault') console.error(`ours: ${message.message}`);
});

/** The worker is told its port. */
function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

const port = await freePort();
const listening = new Promise((resolve, reject) => {
  worker.on('message', ({ kind, id, value }) => {
    if (kind !== 'answer' || id !== 1) return;
    if (value === null) resolve();
    else reject(new Error(`${value.code}: ${value.message}`));
  });
});
worker.postMessage({ id: 1, call: 'listen', addresses: ['127.0.0.1'], port });
await listening;
console.log(port);
