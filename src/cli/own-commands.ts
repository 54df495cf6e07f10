/** Commands that are no tools, as the table has the others: for their help, their words and their completion. */
import type { Command } from './command.ts';
import { WATCHED_KINDS } from './event.ts';

const text = (description: string) => ({ takes: 'string', schema: { type: 'string', description } });

export const WATCH: Command = {
  name: 'watch',
  title: 'A line for each event',
  description:
    'A line for each event, to stdout: crash, ready, restart, ended, errors in output, errors of pages, 5xx, slow requests, the daemon. For a person or an agent’s monitor; goes on until it is stopped, over the daemon’s restarts too. It is an onlooker: it starts no daemon and keeps none running.',
  actions: [],
  parameters: [
    { name: 'path', ...text('project directory, and what is below it; default: where you are') },
    { name: 'global', takes: 'boolean', schema: { type: 'boolean', default: false, description: 'all projects' } },
    { name: 'process_id', ...text('of this process alone') },
    { name: 'proxy_id', ...text('of this proxy alone') },
    {
      name: 'kinds',
      takes: `list of ${WATCHED_KINDS.join(', ')}`,
      schema: {
        type: 'array',
        items: { type: 'string', enum: WATCHED_KINDS },
        description: 'default: all but started and 4xx',
      },
    },
    { name: 'since', ...text('ISO 8601, or 30s, 5m, 1h ago; default: from now on') },
  ],
};

export const UP: Command = {
  name: 'up',
  usage: '[dir] [key=value …]',
  title: 'Run a project',
  description:
    'For people: starts what the config file’s autostart names, else the dev script, waits until it is ready, puts a proxy before it and shows a live view in a terminal, plain lines elsewhere. Keys: r restart, s stop, o open in the browser, e errors, q or Ctrl-C quit. Quitting stops what it started, not what ran already.',
  actions: [],
  parameters: [
    {
      name: 'path',
      takes: 'string',
      schema: { type: 'string', description: 'project directory, also as the first word' },
    },
    {
      name: 'script',
      takes: 'list of strings',
      schema: { type: 'array', items: { type: 'string' }, description: 'scripts to start instead' },
    },
    {
      name: 'proxy',
      takes: 'boolean',
      schema: { type: 'boolean', default: true, description: 'put proxies before them' },
    },
    {
      name: 'plain',
      takes: 'boolean',
      schema: { type: 'boolean', default: false, description: 'plain lines in a terminal too' },
    },
  ],
};

export const DOCTOR: Command = {
  name: 'doctor',
  title: 'What is broken',
  description:
    'Checks each hop: Node, directories, the daemon and its threads, processes, proxies, their targets, pages; says which is broken and how to mend it. Exit code 1 if one is. It starts nothing, and works without a daemon and with one that does not answer.',
  actions: [],
  parameters: [],
};

export const COMPLETION: Command = {
  name: 'completion',
  title: 'Completion for a shell',
  description:
    'Prints a script that completes commands, actions, parameters, values and ids that live in the daemon, if it runs. bash: source <(devtool-mcp completion bash); zsh: source <(devtool-mcp completion zsh) after compinit; fish: devtool-mcp completion fish | source.',
  actions: ['bash', 'zsh', 'fish'].map((name) => ({ name, parameters: [] })),
  parameters: [],
};

export const OWN_COMMANDS: readonly Command[] = [UP, WATCH, DOCTOR, COMPLETION];
