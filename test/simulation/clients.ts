/** Clients of a simulated daemon: each operation at random, with what must become of it. */
import type { Condition } from '../../src/process/condition.ts';
import type { ManagedProcess } from '../../src/process/managed-process.ts';
import { Fault } from '../../src/text/fault.ts';
import type { World } from './world.ts';

export interface UnderWay {
  readonly what: string;
  readonly since: number;
  readonly endsSurvivors: boolean;
}

export interface Clients {
  /** One operation of somebody's begins. */
  act(): void;
  /** Those that are under way, since when, in microseconds, and whether they may have to end survivors of an earlier run first. */
  readonly underWay: ReadonlyMap<number, UnderWay>;
  /** What ended as nothing of the kind may. */
  readonly wrong: string[];
  /** All leave: what they wait for is taken back. */
  leave(): void;
  /** Calls that start something, of `key`, which are under way. */
  starting(key: string): number;
}

const PATHS = ['/work/a', '/work/b'] as const;
const IDS = ['dev', 'api', 'db'] as const;
const TARGETS = ['http://localhost:3000', 'http://localhost:4000'] as const;
const CONDITIONS: readonly [Condition, ...Condition[]] = [
  { kind: 'exit' },
  { kind: 'ready' },
  { kind: 'text', text: 'line 2' },
  { kind: 'port', port: 3_000 },
  { kind: 'none' },
];

export function createClients(world: World, hasProxies: boolean): Clients {
  const { chance, scheduler, processes, proxies } = world;
  const underWay = new Map<number, UnderWay>();
  const starts = new Map<string, number>();
  const wrong: string[] = [];
  let gone = new AbortController();
  let number = 0;

  function follow(what: string, work: Promise<unknown>): void {
    number += 1;
    const mine = number;
    world.say(`${mine}: ${what}`);
    underWay.set(mine, { what, since: scheduler.micros(), endsSurvivors: /^(run|restart|remove) /.test(what) });
    work
      .catch((error: unknown) => {
        world.say(`${mine}: ${error}`);
        if (!(error instanceof Fault) && !world.lost)
          wrong.push(`${what}: ${error instanceof Error ? error.stack : error}`);
      })
      .finally(() => {
        world.say(`${mine}: is over`);
        underWay.delete(mine);
      });
  }

  const keyOf = (path: string, id: string) => `${path} ${id}`;
  const some = (): ManagedProcess | null => {
    const [first, ...rest] = processes.list(null, null);
    return first === undefined ? null : chance.pick([first, ...rest]);
  };
  function withStart(key: string, work: () => Promise<unknown>): Promise<unknown> {
    starts.set(key, (starts.get(key) ?? 0) + 1);
    return work().finally(() => starts.set(key, (starts.get(key) ?? 1) - 1));
  }

  function run(): void {
    const [path, id] = [chance.pick(PATHS), chance.pick(IDS)];
    const key = keyOf(path, id);
    const spec = {
      display: key,
      command: 'program',
      args: [],
      shell: false,
      cwd: path,
      env: {},
      timeoutMs: chance.happens(0.2) ? chance.between(50, 3_000) : null,
      restart: chance.pick(['never', 'on-failure', 'always'] as const),
      tty: false,
    };
    const work = async () => {
      const { process } = await processes.run({
        id,
        path,
        owner: 'client',
        labels: {},
        keep: false,
        readiness: null,
        autostart: false,
        spec,
      });
      if (chance.happens(0.5)) await wait(process);
    };
    follow(`run ${key}`, withStart(key, work));
  }

  function wait(entry: ManagedProcess): Promise<unknown> {
    const vanishes = new AbortController();
    if (chance.happens(0.3)) scheduler.after(chance.between(0, 2_000), () => vanishes.abort());
    const signal = AbortSignal.any([gone.signal, vanishes.signal]);
    const timeoutMs = Math.round(chance.between(1, 3_000));
    return processes.wait(entry, chance.pick(CONDITIONS), { timeoutMs, signal, after: null, progress: null });
  }

  const stopRequest = () => ({ force: chance.happens(0.3), graceMs: chance.pick([0, 200, 1_500]) });
  const onProcess = (what: string, work: (entry: ManagedProcess) => Promise<unknown>) => () => {
    const entry = some();
    if (entry !== null) follow(`${what} ${keyOf(entry.path, entry.id)}`, work(entry));
  };
  const restart = onProcess('restart', (entry) =>
    withStart(keyOf(entry.path, entry.id), () => processes.restart(entry, stopRequest())),
  );

  function startProxy(): void {
    const request = {
      id: chance.pick(['web', 'admin'] as const),
      path: chance.pick(PATHS),
      target: { url: chance.pick(TARGETS), verifyTls: null },
      entry: '/',
      processId: null,
      processPath: '/work/a',
      port: chance.happens(0.3) ? 20_000 : null,
      bindAddress: '127.0.0.1',
      publicUrl: null,
      maxLogSize: 100,
      keep: false,
    };
    follow(`proxy start ${request.id}`, proxies.start(request));
  }

  function onProxy(): void {
    const [first, ...rest] = proxies.list(null);
    if (first === undefined) return;
    const proxy = chance.pick([first, ...rest]);
    const work = chance.pick([
      () => proxies.stop(proxy),
      () => proxies.restart(proxy),
      () => proxies.setTarget(proxy, { url: chance.pick(TARGETS), verifyTls: null }),
    ]);
    follow(`proxy ${proxy.id}`, work());
  }

  const acts: readonly [() => void, ...(() => void)[]] = [
    run,
    run,
    run,
    onProcess('stop', (entry) => processes.stop(entry, stopRequest())),
    onProcess('stop', (entry) => processes.stop(entry, stopRequest())),
    restart,
    onProcess('remove', (entry) => processes.remove(entry)),
    onProcess('wait', wait),
    onProcess('input', (entry) => processes.input(entry, 'x', false)),
    ...(hasProxies ? [startProxy, onProxy] : []),
  ];
  return {
    act: () => chance.pick(acts)(),
    underWay,
    wrong,
    leave() {
      gone.abort();
      gone = new AbortController();
    },
    starting: (key) => starts.get(key) ?? 0,
  };
}
