/** `daemon`: the program behind all connections, by hand. */
import * as z from 'zod';
import { healthOf } from './health.ts';
import { defineTool } from './tool.ts';

const ACTIONS = { status: [], info: [], start: [], stop: [], restart: [] } as const;

export const daemonTool = defineTool({
  name: 'daemon',
  title: 'The daemon',
  description:
    'The daemon that holds the processes: info (version, uptime, clients, counts, memory, what an earlier daemon left); stop and restart end everything that it runs.',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  actions: ACTIONS,
  input: z.strictObject({ action: z.enum(['status', 'info', 'start', 'stop', 'restart']) }),
  async run({ action }, _call, workbench) {
    const { processes, proxies } = workbench;
    const info = workbench.daemonInfo();
    if (action === 'status') {
      const { version, pid, uptime_ms, socket_path } = info;
      return { kind: 'data', value: { running: true, version, pid, uptime_ms, socket_path } };
    }
    if (action === 'info')
      return {
        kind: 'data',
        value: {
          ...info,
          process_info: processes.totals(),
          proxy_info: { active: proxies.list(null).length },
          health: await healthOf(workbench),
        },
      };
    if (action === 'start')
      return { kind: 'data', value: { running: true, pid: info.pid, message: 'the daemon runs already' } };
    workbench.endDaemon(action);
    const message =
      action === 'stop'
        ? 'the daemon ends its processes and then itself; the next call starts a new one'
        : 'the daemon ends its processes and then itself; the next call is served by a new one, which starts again what autostart had running';
    return {
      kind: 'data',
      value: { running: false, pid: info.pid, stopped_processes: processes.totals().active, message },
    };
  },
});
