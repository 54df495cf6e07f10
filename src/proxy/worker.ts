/** The entry of a proxy's worker thread. Everything that it is asked comes as a call on its port. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { JournalWriter } from '../lockfree/journal.ts';
import { acceptEncodingFor, mayBeDocument, openDocument } from './document.ts';
import { entryIds } from './entry-ids.ts';
import { CONNECTION_LIMITS } from './limits.ts';
import { microsSince } from './micros.ts';
import { PageSocket } from './page-socket.ts';
import { PAGE_JOURNALS, PageTap } from './page-tap.ts';
import { ProxyEngine } from './proxy-engine.ts';
import { Shaper } from './shape/shaper.ts';
import { JOURNALS, type JournalName, ProxyMemory } from './shared-memory.ts';
import type { FromProxyWorker, ProxyWorkerData, ToProxyWorker } from './spec.ts';
import { trafficObservers } from './traffic-observers.ts';
import { TrafficTap } from './traffic-tap.ts';

const TICK_MS = 1_000;

/** Built beside this file. */
const built = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

function main(port: NonNullable<typeof parentPort>, data: ProxyWorkerData): void {
  const { segment, generation, epoch, target, publicUrl, loopTag } = data;
  const post = (message: FromProxyWorker) => port.postMessage(message);
  const micros = microsSince(epoch);
  const memory = ProxyMemory.attach(segment, generation);
  const nextId = entryIds(data.ids);
  const writer = (name: JournalName) => new JournalWriter(memory.journal(name), JOURNALS[name]);
  const tap = new TrafficTap(
    { http: writer('http'), bodies: writer('bodies'), messages: writer('messages') },
    micros,
    nextId,
  );
  const pageTap = new PageTap(new Map(PAGE_JOURNALS.map((name) => [name, writer(name)])), nextId);
  const page = new PageSocket({
    tap: pageTap,
    micros,
    random: () => randomBytes(24),
    nextId,
    changed: (facts) => post({ kind: 'page', facts, micros: micros() }),
    gone: (gone) => post({ kind: 'page-gone', page: gone, micros: micros() }),
    answered: (given) => post({ kind: 'ran', answer: given }),
    count: (n) => memory.counters.add('pages', n),
  });
  const engine = new ProxyEngine({
    memory,
    target,
    publicUrl,
    loopTag,
    tap,
    observers: trafficObservers((id, message) => tap.message(id, message)),
    documents: { mayBeDocument, acceptEncodingFor, openDocument },
    page,
    client: { script: built('page.js'), inline: built('page-inline.js') },
    limits: CONNECTION_LIMITS,
    failed: (message) => post({ kind: 'failed', message, micros: micros() }),
  });
  const shaper = new Shaper({
    cells: memory.rules,
    clock: {
      millis: () => performance.now(),
      after(ms, run) {
        const timer = setTimeout(run, ms);
        return { cancel: () => clearTimeout(timer) };
      },
    },
    micros,
    iso: () => new Date().toISOString(),
    changed: (isActive) => {
      engine.shaping = isActive ? shaper : null;
    },
  });
  shaper.update(data.rules);
  setInterval(() => {
    engine.tick();
    page.tick();
  }, TICK_MS).unref();

  async function answer(call: ToProxyWorker): Promise<unknown> {
    switch (call.call) {
      case 'listen':
        return engine.listen(call);
      case 'retarget':
        engine.retarget(call.target);
        return null;
      case 'exec':
        return page.exec(call.page, call.run, call.code);
      case 'forget':
        page.forgetRun(call.run);
        return null;
      case 'executed':
        pageTap.keep(call.page, { kind: 'execution', facts: call.facts }, micros(), micros());
        return null;
      case 'changes':
        return page.recordChanges();
      case 'shape':
        shaper.update(call);
        return null;
      case 'close':
        shaper.close();
        page.close();
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
