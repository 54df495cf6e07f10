/** The built client, and the proxy's end of its page socket with everything that has come over it. */
import { randomBytes } from 'node:crypto';
import { pageClient } from '../../scripts/page-client.mjs';
import type { ExecAnswer, PageEntry } from '../../src/page/protocol.ts';
import type { PageFacts } from '../../src/proxy/page-connection.ts';
import { PageSocket } from '../../src/proxy/page-socket.ts';
import type { PageClient } from '../../src/proxy/surroundings.ts';

export interface PageWatch {
  readonly socket: PageSocket;
  readonly entries: (PageEntry & { page: number })[];
  readonly pages: Map<number, PageFacts & { open: boolean }>;
  readonly answers: ExecAnswer[];
  /** Until it is true; looked at whenever something has come in. */
  until(what: () => boolean): Promise<void>;
  /** Something else has happened that `until` may wait for. */
  news(): void;
  close(): void;
}

let client: Promise<PageClient> | null = null;

export const builtClient = (): Promise<PageClient> => {
  client ??= pageClient();
  return client;
};

export function watchPages(): PageWatch {
  const entries: PageWatch['entries'] = [];
  const pages: PageWatch['pages'] = new Map();
  const answers: ExecAnswer[] = [];
  const waiting: (() => void)[] = [];
  const news = () => {
    for (const look of [...waiting]) look();
  };
  let id = 0;
  const socket = new PageSocket({
    tap: {
      keep(page, entry) {
        entries.push({ ...entry, page });
        news();
      },
    },
    micros: () => Number(process.hrtime.bigint() / 1_000n),
    random: () => randomBytes(24),
    nextId: () => ++id,
    changed: (facts) => {
      pages.set(facts.page, { ...facts, open: true });
      news();
    },
    gone: (page) => {
      const facts = pages.get(page);
      if (facts !== undefined) pages.set(page, { ...facts, open: false });
      news();
    },
    count() {},
    answered: (answer) => {
      answers.push(answer);
      news();
    },
  });
  const poll = setInterval(news, 50);
  const second = setInterval(() => socket.tick(), 1_000);
  return {
    socket,
    entries,
    pages,
    answers,
    news,
    until: (what) =>
      new Promise((resolve) => {
        const look = () => {
          if (!what()) return;
          waiting.splice(waiting.indexOf(look), 1);
          resolve();
        };
        waiting.push(look);
        look();
      }),
    close() {
      clearInterval(poll);
      clearInterval(second);
      socket.close();
    },
  };
}
