/** A real Chromium, driven over its DevTools pipe: no port is opened. For the tests by chromium.ts, and for bench/agent. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { chromiumPath } from '../../scripts/chromium.mjs';

type Parameters = Readonly<Record<string, unknown>>;
type Facts = Record<string, unknown>;
type Listener = (event: { method: string; params: Facts; sessionId: string | null }) => void;

export interface Browser {
  /** A tab at `url`, once the page has loaded. */
  open(url: string): Promise<Tab>;
  close(): Promise<void>;
}

export interface Chromium extends Browser {
  /** As a browser of its own: nothing that it stores is seen elsewhere, and its tabs go with it. */
  apart(): Promise<Browser>;
}

export interface Tab {
  /** Everything that the page's console showed, network errors and violations of its policy too: `level: text`. */
  readonly console: readonly string[];
  /** URLs that the tab went to, each load once. */
  readonly loads: readonly string[];
  /** Value of an expression, which may be a promise; throws what it throws. */
  evaluate<T>(expression: string): Promise<T>;
  /** Until the expression is true. */
  until(expression: string): Promise<void>;
  goto(url: string): Promise<void>;
  /** A real click in the middle of the first element of that selector. */
  click(selector: string): Promise<void>;
  send(method: string, parameters?: Parameters): Promise<Facts>;
  close(): Promise<void>;
}

const OPTIONS = [
  '--headless=new',
  '--remote-debugging-pipe',
  '--no-sandbox',
  '--no-first-run',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  '--disable-features=OptimizationHints,MediaRouter,Translate',
];

/** A browser with a profile of its own, which goes with it. `options`: further ones of Chromium's command line. */
export function launchChromium(options: readonly string[] = []): Chromium {
  const path = chromiumPath();
  if (path === null) throw new Error('no Chromium: run `node scripts/chromium.mjs`');
  const profile = mkdtempSync(join(tmpdir(), 'dtm-chromium-'));
  const child = spawn(path, [...OPTIONS, `--user-data-dir=${profile}`, ...options], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const wire = openWire(child);
  return {
    open: (url) => openTab(wire, url),
    async apart() {
      const { browserContextId } = await wire.send('Target.createBrowserContext', {}, null);
      let closed: Promise<unknown> | null = null;
      return {
        open: (url) => openTab(wire, url, { browserContextId }),
        async close() {
          closed ??= wire.send('Target.disposeBrowserContext', { browserContextId }, null);
          await closed;
        },
      };
    },
    async close() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        wire.send('Browser.close', {}, null).catch(() => {});
        await ended;
      }
      rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

interface Wire {
  send(method: string, parameters: Parameters, session: string | null): Promise<Facts>;
  listen(listener: Listener): void;
}

/** Messages are JSON, each ended by a NUL, on descriptors 3 and 4. */
function openWire(child: ChildProcess): Wire {
  const [, , , input, output] = child.stdio as [unknown, unknown, unknown, Writable, Readable];
  const pending = new Map<number, { resolve(facts: Facts): void; reject(error: Error): void }>();
  const listeners: Listener[] = [];
  let lastId = 0;
  let rest = Buffer.alloc(0);
  output.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      take(JSON.parse(rest.toString('utf8', 0, end)));
      rest = rest.subarray(end + 1);
    }
  });
  input.on('error', () => {});
  child.once('exit', () => {
    for (const { reject } of pending.values()) reject(new Error('Chromium has ended'));
    pending.clear();
  });

  function take(message: Facts): void {
    if (typeof message['id'] !== 'number') {
      const { method, params, sessionId } = message;
      for (const listener of listeners)
        listener({ method: String(method), params: params as Facts, sessionId: (sessionId as string) ?? null });
      return;
    }
    const waiting = pending.get(message['id']);
    pending.delete(message['id']);
    const error = message['error'] as { message: string } | undefined;
    if (error === undefined) waiting?.resolve(message['result'] as Facts);
    else waiting?.reject(new Error(error.message));
  }

  return {
    listen: (listener) => listeners.push(listener),
    send(method, params, sessionId) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject });
        input.write(`${JSON.stringify({ id, method, params, ...(sessionId === null ? {} : { sessionId }) })}\0`);
      });
    },
  };
}

async function openTab(wire: Wire, url: string, where: Parameters = {}): Promise<Tab> {
  const { targetId } = await wire.send('Target.createTarget', { url: 'about:blank', ...where }, null);
  const { sessionId } = await wire.send('Target.attachToTarget', { targetId, flatten: true }, null);
  const session = String(sessionId);
  const send = (method: string, parameters: Parameters = {}) => wire.send(method, parameters, session);
  const shown: string[] = [];
  const loads: string[] = [];
  let onLoad = () => {};
  wire.listen((event) => {
    if (event.sessionId !== session) return;
    const line = consoleLine(event.method, event.params);
    if (line !== null) shown.push(line);
    if (event.method === 'Page.frameNavigated') noteLoad(event.params['frame'] as Facts);
    if (event.method === 'Page.loadEventFired') onLoad();
  });
  const noteLoad = (frame: Facts) => {
    if (frame['parentId'] === undefined) loads.push(String(frame['url']));
  };
  await Promise.all(['Page.enable', 'Runtime.enable', 'Log.enable'].map((method) => send(method)));

  async function evaluate<T>(expression: string): Promise<T> {
    const answer = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    const thrown = answer['exceptionDetails'] as { text: string; exception?: { description?: string } } | undefined;
    if (thrown !== undefined) throw new Error(thrown.exception?.description ?? thrown.text);
    return (answer['result'] as { value: T }).value;
  }

  async function goto(to: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => {
      onLoad = resolve;
    });
    const { errorText } = await send('Page.navigate', { url: to });
    if (errorText !== undefined) throw new Error(`${to}: ${String(errorText)}`);
    await loaded;
  }

  await goto(url);
  return {
    console: shown,
    loads,
    evaluate,
    goto,
    send,
    // In the page, so that it looks as often as the page draws, and a reload begins anew.
    async until(expression) {
      const look = `new Promise((resolve) => { const look = () => (${expression}) ? resolve(true) : setTimeout(look, 20); look(); })`;
      for (;;) {
        try {
          await evaluate(look);
          return;
        } catch (error) {
          if (!/context|navigat|Inspected/i.test(String(error))) throw error;
        }
      }
    },
    async click(selector) {
      const box = `(() => { const e = document.querySelector(${JSON.stringify(selector)}); e.scrollIntoView({ block: 'center' });
        const r = e.getBoundingClientRect(); return { x: r.x + r.width / 2, y: r.y + r.height / 2 }; })()`;
      const { x, y } = await evaluate<{ x: number; y: number }>(box);
      for (const type of ['mousePressed', 'mouseReleased'])
        await send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
    },
    close: async () => {
      await wire.send('Target.closeTarget', { targetId }, null);
    },
  };
}

/** Null for what is no message of the console. */
function consoleLine(method: string, params: Facts): string | null {
  if (method === 'Runtime.consoleAPICalled') {
    const words = params['args'] as { value?: unknown; description?: string }[];
    return `${String(params['type'])}: ${words.map((word) => String(word.value ?? word.description)).join(' ')}`;
  }
  if (method === 'Log.entryAdded') {
    const { level, text } = params['entry'] as { level: string; text: string };
    return `${level}: ${text}`;
  }
  if (method === 'Runtime.exceptionThrown') {
    const { text, exception } = params['exceptionDetails'] as { text: string; exception?: { description?: string } };
    return `exception: ${exception?.description ?? text}`;
  }
  return null;
}
