// What the proxy's bars share: the built program with one proxy before a target, and what that costs its daemon.
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { openFront, scratch } from '../front.mjs';

/** A target's server on a free loopback port. */
export async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

/** A proxy `web` before `http://127.0.0.1:target`, and calls of the tools; end() leaves nothing. */
export async function openProxy(target, more = {}) {
  const place = scratch();
  const front = await openFront({ home: place.home, cwd: place.directory });
  const call = async (name, args) => {
    const answer = await front.call(name, args);
    if (answer.isError) throw new Error(answer.text);
    return answer;
  };
  const { data } = await call('proxy', {
    action: 'start',
    id: 'web',
    target_url: `http://127.0.0.1:${target}`,
    ...more,
  });
  const { pid } = (await call('daemon', { action: 'info' })).data;
  return {
    call,
    pid,
    port: Number(new URL(data.url).port),
    async end() {
      await call('daemon', { action: 'stop' });
      await front.close();
      place.remove();
    },
  };
}

/** Resident memory of a process, MB. */
export const rss = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
export const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;

/** Notes the memory of a process until stop(), which gives the most. */
export function watchMemory(pid) {
  let most = rss(pid);
  const timer = setInterval(() => {
    most = Math.max(most, rss(pid));
  }, 50);
  return () => {
    clearInterval(timer);
    return Math.max(most, rss(pid));
  };
}
