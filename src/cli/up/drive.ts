/** `up` from its start to its end: keeps a connection to the daemon, starts the plan, looks, obeys keys, stops what it started. */
import { Fault } from '../../text/fault.ts';
import { createBell, pause } from '../bell.ts';
import { connectCli } from '../connect.ts';
import { asText, type Json } from '../record.ts';
import type { CliSession } from '../session.ts';
import type { Face } from './face.ts';
import type { Key } from './keys.ts';
import { createLooker, firstUrl, isLive, type Look } from './look.ts';
import { isOwnUrl, openInBrowser } from './opener.ts';
import type { Plan } from './plan.ts';
import { isOurs, startAll, stopOurs } from './start.ts';

export interface DriveParts {
  readonly plan: Plan;
  readonly face: Face;
  readonly signal: AbortSignal;
  /** Ends when all that it has started has ended: nobody is there to start it again. */
  readonly endsWithProcesses: boolean;
}

export interface Drive {
  /** Exit code. */
  readonly ended: Promise<number>;
  obey(key: Key): void;
}

/** Two looks are so far apart at least; without news one looks now and then all the same. */
const LOOK_EVERY_MS = 500;
const IDLE_LOOK_MS = 5_000;
/** A daemon that is lost again and again is not mended by starting it. */
const MOST_CONNECTIONS = 5;
const GOOD_AFTER_MS = 60_000;

export function drive(session: CliSession, { plan, face, signal, endsWithProcesses }: DriveParts): Drive {
  let current = session;
  let look: Look | null = null;
  /** Proxies that we have started. */
  let own = new Set<string>();

  async function run(): Promise<number> {
    for (let tries = 1; ; tries++) {
      const began = performance.now();
      const code = await attend(current);
      if (code !== null) return code;
      if (performance.now() - began > GOOD_AFTER_MS) tries = 1;
      if (tries === MOST_CONNECTIONS) throw new Error('the daemon was lost again and again: see devtool-mcp doctor');
      face.say('the daemon was lost: connecting again, everything is started anew');
      current = await connectCli(plan.path);
    }
  }

  /** The exit code; null when the daemon was lost. */
  async function attend(session: CliSession): Promise<number | null> {
    const lost = new AbortController();
    void session.closed.then(() => lost.abort());
    const see = createLooker(session, plan.path);
    try {
      const code = await watch(session, see, AbortSignal.any([signal, lost.signal]));
      if (!lost.signal.aborted) await stopOurs(session, await see(), own, face.say);
      else if (!signal.aborted) return null;
      return code;
    } catch (error) {
      if (lost.signal.aborted) return signal.aborted ? 0 : null;
      await stopOurs(session, await see(), own, face.say);
      throw error;
    }
  }

  /** The exit code when it is over; throws when the plan cannot be started and nobody is there to mend it. */
  async function watch(session: CliSession, see: () => Promise<Look>, over: AbortSignal): Promise<number> {
    const bell = createBell();
    await session.subscribe('devtool://events', bell.ring);
    look = await see();
    own = new Set();
    const start: { isDone: boolean; failure: Error | null } = { isDone: false, failure: null };
    void startAll(session, plan, own, face.say).then(
      () => {
        start.isDone = true;
        bell.ring();
      },
      (error: unknown) => {
        start.failure = error instanceof Error ? error : new Error(String(error));
        bell.ring();
      },
    );
    while (!over.aborted) {
      face.show(look);
      if (start.failure !== null && endsWithProcesses) throw start.failure;
      if (start.failure !== null) face.say(start.failure instanceof Fault ? start.failure.text : start.failure.message);
      start.failure = null;
      const code = endsWithProcesses && start.isDone ? exitCode(look, face.say) : null;
      if (code !== null) return code;
      await bell.heard(over, IDLE_LOOK_MS);
      await pause(LOOK_EVERY_MS, over);
      if (!over.aborted) look = await see();
    }
    return 0;
  }

  async function obey(key: Key): Promise<void> {
    const process = face.selected();
    if (process === null) return;
    const { process_id, path } = process;
    if (key === 'open') {
      open(addressOf(process));
      return;
    }
    const action = key === 'restart' ? 'restart' : 'stop';
    face.say(`${process_id}: ${action} …`);
    const { isError, text } = await current.call('proc', { action, process_id, path });
    face.say(isError ? text : `${process_id}: ${action === 'restart' ? 'restarted' : 'stopped; r starts it again'}`);
  }

  /** The proxy's before the process's own. */
  function addressOf(process: Json): string | null {
    const proxies = look?.proxies ?? [];
    const proxy = proxies.find(({ process_id }) => process_id === process['process_id']) ?? proxies[0];
    return proxy === undefined ? firstUrl(process) : asText(proxy['open_url']);
  }

  function open(url: string | null): void {
    if (url === null || !isOwnUrl(url)) {
      face.say('there is no address of this machine to open yet');
      return;
    }
    face.say(`opening ${url}`);
    openInBrowser(url, (why) => face.say(`no browser could be started (${why}): open ${url} yourself`));
  }

  return {
    ended: run().finally(() => current.close()),
    obey: (key) => void obey(key).catch((error: unknown) => face.say(String(error))),
  };
}

/** Null while something of ours lives; 1 when one of them has failed. */
function exitCode({ processes }: Look, say: (text: string) => void): number | null {
  const ours = processes.filter(isOurs);
  if (ours.length === 0 || ours.some(isLive)) return null;
  for (const { process_id, state, exit_code, signal } of ours)
    say(`${process_id} has ended: ${state}, ${signal === null ? `exit code ${exit_code}` : `signal ${signal}`}`);
  return ours.every(({ state }) => state === 'stopped') ? 0 : 1;
}
