/** The live view: keeps what was seen last, and draws it again when something or the time has changed. */
import { asList, asText, type Json } from '../record.ts';
import { draw } from './draw.ts';
import type { Face } from './face.ts';
import type { Key } from './keys.ts';
import { firstUrl, isLive, type Look, type OutputLine } from './look.ts';
import { createMemoryLook } from './memory.ts';
import type { Plan } from './plan.ts';
import { createRates } from './rates.ts';
import { openScreen, type ScreenParts } from './screen.ts';
import type { View } from './view.ts';

export interface LiveParts extends Pick<ScreenParts, 'input' | 'output'> {
  readonly plan: Pick<Plan, 'name' | 'path'>;
  readonly colour: boolean;
  now(): number;
  /** Keys that are about more than what is shown. */
  onKey(key: Key): void;
}

const MOST_LINES = 1_000;
/** Uptimes count in seconds. */
const DRAW_EVERY_MS = 1_000;
const NOTICE_MS = 8_000;

export function liveFace({ plan, colour, now, onKey, input, output }: LiveParts): Face {
  const rates = createRates();
  const memoryOf = createMemoryLook(now);
  let look: Look = { processes: [], proxies: [], errors: { total: 0, lines: [] }, lines: [], daemonBytes: null };
  let lines: OutputLine[] = [];
  let selected = 0;
  let showsErrors = false;
  let notice = { text: '', at: 0 };

  const screen = openScreen({ input, output, onKey: pressed, onResize: () => redraw() });
  const timer = setInterval(redraw, DRAW_EVERY_MS);

  function redraw(): void {
    screen.show(draw(view(), screen.size(), colour));
  }

  function view(): View {
    const memory = memoryOf(new Set(look.processes.filter(isLive).map(({ pgid }) => Number(pgid))));
    return {
      project: plan.name,
      path: plan.path,
      processes: look.processes.map((process) => processRow(process, memory, now())),
      proxies: look.proxies.map((proxy) => ({
        id: asText(proxy['id']),
        url: asText(proxy['open_url']),
        target: asText(proxy['target_url']),
        state: asText(proxy['state']),
        requests: Number(proxy['total_requests']),
        perSecond: rates.perSecond(asText(proxy['id']), Number(proxy['total_requests']), now()),
        pages: Number(proxy['pages']),
      })),
      errors: look.errors,
      output: lines,
      daemonBytes: look.daemonBytes,
      selected,
      showsErrors,
      notice: now() - notice.at < NOTICE_MS ? notice.text : '',
    };
  }

  function pressed(key: Key): void {
    const last = Math.max(0, look.processes.length - 1);
    if (key === 'errors') showsErrors = !showsErrors;
    else if (key === 'previous') selected = Math.max(0, selected - 1);
    else if (key === 'next') selected = Math.min(last, selected + 1);
    else onKey(key);
    redraw();
  }

  redraw();
  return {
    say(text) {
      notice = { text, at: now() };
      redraw();
    },
    show(seen) {
      look = seen;
      lines = [...lines, ...seen.lines].slice(-MOST_LINES);
      selected = Math.min(selected, Math.max(0, seen.processes.length - 1));
      redraw();
    },
    selected: () => look.processes[selected] ?? null,
    close() {
      clearInterval(timer);
      screen.close();
    },
  };
}

function processRow(process: Json, memory: ReadonlyMap<number, number>, nowMs: number) {
  const { process_id, state, ready, restarts, pgid, started_at, ports } = process;
  const began = Date.parse(asText(started_at));
  const [port] = asList(ports);
  return {
    id: asText(process_id),
    state: state === 'running' && ready === true ? 'ready' : asText(state),
    uptimeMs: Number.isNaN(began) ? 0 : nowMs - began,
    restarts: Number(restarts),
    memoryBytes: memory.get(Number(pgid)) ?? null,
    url: firstUrl(process) ?? (port === undefined ? null : `port ${port}`),
  };
}
