/** One seed: some seconds of everything at once, then calm, then the end; the first thing that is wrong, or null. */
import { isLive } from '../../src/process/machine.ts';
import { createClients, type UnderWay } from './clients.ts';
import { createInvariants } from './invariants.ts';
import { createWorld, type World } from './world.ts';

export interface Played {
  readonly seed: number;
  /** In words; null when nothing was. */
  readonly wrong: string | null;
  readonly steps: number;
  readonly operations: number;
}

const TROUBLE_MS = 5_000;
/** What is under way when trouble ends takes no longer, */
const CALM_MS = 5_000;
/** but for the grace period that survivors of an earlier run are promised, however calm it is. */
const GRACE_MS = 5_000;
const SHUTDOWN_MS = 6_000;
const LONGEST_WAIT_MS = 60_000;
const MOST_STEPS = 200_000;

/** `tell` hears what happens, with its time. */
export async function play(seed: number, tell: (line: string) => void = () => {}): Promise<Played> {
  const world = createWorld(seed, tell);
  const { chance, scheduler, machine, processes, proxies } = world;
  const hasProxies = chance.happens(0.15);
  const clients = createClients(world, hasProxies);
  const invariants = createInvariants(world);
  const leave = world.lifetime.joined('/work');
  let steps = 0;
  let operations = 0;
  let wrong: string | null = null;

  /** Events up to a time, or until `isDone`; false when something is wrong. */
  async function until(ms: number, isDone: () => boolean = () => false): Promise<boolean> {
    let isThere = false;
    const end = scheduler.after(ms, () => {
      isThere = true;
    });
    while (!isThere && !isDone() && wrong === null) {
      if (!(await scheduler.step())) break;
      steps += 1;
      wrong = invariants.broken() ?? clients.wrong[0] ?? (steps > MOST_STEPS ? `more than ${MOST_STEPS} steps` : null);
    }
    end.cancel();
    return wrong === null;
  }

  const delays = [1, 30, 300, 900] as const;
  const goOn = () => {
    if (isOver) return;
    clients.act();
    operations += 1;
    if (chance.happens(0.2)) machine.stir();
    scheduler.after(chance.between(0, chance.pick(delays)), goOn);
  };
  const trouble = () => {
    if (isOver) return;
    const what = chance.below(20);
    if (what === 0) scheduler.leap(chance.between(1, 90_000));
    if (what === 1) clients.leave();
    if (what <= 4 && hasProxies)
      for (const worker of world.proxyWorkers.filter(({ isAlive }) => isAlive).slice(-1)) worker.die();
    scheduler.after(chance.between(50, 2_000), trouble);
  };
  let isOver = false;
  goOn();
  trouble();
  const dies = chance.happens(0.1) ? scheduler.after(chance.between(0, TROUBLE_MS), () => world.worker.die()) : null;
  const result = () => ({ seed, wrong, steps, operations });
  const finish = async (): Promise<Played> => {
    isOver = true;
    await giveBack(world);
    return result();
  };

  if (!(await until(TROUBLE_MS, () => world.lost))) return finish();
  isOver = true;
  dies?.cancel();
  machine.calm();
  if (world.lost) {
    await until(CALM_MS, () => clients.underWay.size === 0);
    wrong ??=
      answered(clients, 'after the loss of the process worker') ??
      (machine.ours().length > 0 ? 'programs outlive the daemon' : null);
    return finish();
  }
  if (!(await until(CALM_MS, () => clients.underWay.size === 0))) return finish();
  const isDone = () => clients.underWay.size === 0;
  wrong ??= answered(clients, `${CALM_MS} ms after the last trouble`, ({ endsSurvivors }) => !endsSurvivors);
  if (!(await until(GRACE_MS, isDone))) return finish();
  wrong ??= answered(clients, `${CALM_MS} ms, and a grace period, after the last trouble`);
  if (wrong === null && (await until(400, () => stateIsWrong(world) === null))) wrong = stateIsWrong(world);
  if (wrong !== null) return finish();
  leave();
  world.lifetime.end();
  let isDown = false;
  void Promise.all([processes.shutdown(SHUTDOWN_MS), proxies.shutdown(), world.keeper?.end(false)]).then(() => {
    isDown = true;
  });
  processes.changes.announce();
  await until(SHUTDOWN_MS + 3_000, () => isDown);
  wrong ??= isDown ? ended(world) : 'shutdown does not end';
  if (wrong === null) await until(LONGEST_WAIT_MS);
  if (wrong === null && scheduler.waiting > 0) wrong = `${scheduler.waiting} timers wait after the end`;
  return finish();
}

function answered(
  { underWay }: ReturnType<typeof createClients>,
  when: string,
  isMeant: (one: UnderWay) => boolean = () => true,
): string | null {
  const first = [...underWay.values()].find(isMeant);
  return first === undefined ? null : `${first.what} is not answered ${when}; it began at ${first.since / 1_000} ms`;
}

function stateIsWrong({ state, processes }: World): string | null {
  const live = processes
    .list(null, null)
    .flatMap((entry) => {
      const { pid, state } = entry.snapshot();
      return pid !== null && (state === 'running' || state === 'stopping') ? [`${entry.path} ${entry.id} ${pid}`] : [];
    })
    .sort();
  const kept = state.map(({ path, process_id, pid }) => `${path} ${process_id} ${pid}`).sort();
  return String(live) === String(kept) ? null : `the state file has ${kept}; what runs is ${live}`;
}

function ended({ processes, proxies, machine, proxyWorkers }: World): string | null {
  const [left] = machine.ours();
  if (left !== undefined) return `pid ${left.pid} is left after the end`;
  const live = processes.list(null, null).find((entry) => isLive(entry.state()));
  if (live !== undefined) return `${live.id} is ${live.state()} after the end`;
  if (proxies.list(null).length > 0) return 'a proxy is left after the end';
  if (proxyWorkers.some(({ isAlive }) => isAlive)) return 'a proxy’s worker is left after the end';
  const { active } = processes.totals();
  return active === 0 ? null : `${active} active after the end`;
}

/** Output memory is that of all worlds. */
async function giveBack({ processes, proxies, scheduler }: World): Promise<void> {
  for (const entry of processes.list(null, null)) void processes.remove(entry).catch(() => {});
  void proxies.shutdown().catch(() => {});
  for (let step = 0; step < 2_000 && (await scheduler.step()); step++);
}
