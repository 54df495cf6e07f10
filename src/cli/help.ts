/** Help: of the program, and of each tool and action from the tools' table. */
import { type Command, type Parameter, parametersFor } from './command.ts';

export const HELP = `devtool-mcp: runs and watches a web project, for a coding agent and the person beside it

  devtool-mcp [mcp]                   MCP server on stdio: what a client's configuration names
  devtool-mcp up [dir]                run a project: its scripts, a proxy before them, a live view; q or Ctrl-C stops it
  devtool-mcp watch [filters] [--json]
                                      one line for each event: crash, ready, page error, 5xx …; see watch --help
  devtool-mcp doctor [--json]         checks each hop, says which is broken and how to mend it
  devtool-mcp TOOL [ACTION] [key=value …] [--json]
                                      any tool from the shell; devtool-mcp TOOL [ACTION] --help tells its parameters
  devtool-mcp daemon start|stop|status|info|restart|run
                                      the daemon by hand; run keeps it in the foreground
  devtool-mcp daemon run --http[=PORT] [--http-token-file=FILE]
                                      MCP over HTTP as well, on loopback (port 7337), behind a bearer token
  devtool-mcp completion bash|zsh|fish
                                      prints a script that completes commands, parameters and live ids
  devtool-mcp --version
`;

const EXAMPLES = `
Examples:
  devtool-mcp detect
  devtool-mcp run script_name=dev keep=true
  devtool-mcp proc output process_id=dev tail=20
  devtool-mcp proc stop process_id=dev

What run starts goes on for 10 minutes after the project's last client has left; with keep=true until it is stopped.
Exit codes: 0, 1 for a result that is an error, 2 for a command line that is wrong.

Environment: DEVTOOL_MCP_HOME (one directory for socket, state and log), DEVTOOL_MCP_IDLE_MS (the daemon ends after so long
without clients and live processes; default 600000), DEVTOOL_MCP_PROJECT_IDLE_MS (a project's processes end so long after its
last client has left; default 600000), DEVTOOL_MCP_HTTP (a port, or 1: MCP over HTTP as well), DEVTOOL_MCP_HTTP_TOKEN_FILE,
DEVTOOL_MCP_AUTOSTART (0: what projects' configs want started when a client comes is not).
`;

export function helpOfAll(commands: readonly Command[]): string {
  const rows = commands.map(({ name, title, actions }) => [name, [title, ...names(actions)].join(': ')] as const);
  return `${HELP}\nTools:\n${table(rows)}${EXAMPLES}`;
}

const names = (actions: Command['actions']): string[] =>
  actions.length === 0 ? [] : [actions.map(({ name }) => name).join(', ')];

/** Of a tool, or of one of its actions. */
export function helpOf(command: Command, action: string | null): string {
  const { name, description, actions, usage = '[key=value …] [--json]' } = command;
  const words = [name, ...(action === null ? (actions.length === 0 ? [] : ['ACTION']) : [action])];
  const rows = parametersFor(command, action).map((parameter) => row(parameter, action));
  return [
    `devtool-mcp ${words.join(' ')} ${usage}`,
    wrap(description, 100),
    ...(action === null && actions.length > 0 ? [`Actions:\n${table(actions.map(actionRow))}`.trimEnd()] : []),
    rows.length === 0 ? 'No parameters.' : `Parameters:\n${table(rows)}`.trimEnd(),
    FORMS,
  ].join('\n\n');
}

const FORMS = `Written key=value, --key=value or --key value; --key alone switches on, --no-key off. A list is given as one key for
each item, or as JSON; an object as key=NAME=value for each member, or as JSON. Long texts and objects: @file, or - for
standard input.
`;

const actionRow = ({ name, parameters }: Command['actions'][number]) =>
  [name, parameters.join(', ') || 'no parameters'] as const;

function row({ name, takes, schema }: Parameter, action: string | null): readonly [string, string] {
  const { default: standard, description = '' } = schema;
  const said = standard === undefined ? '' : ` (default ${JSON.stringify(standard)})`;
  return [name, [`${takes}${said}`, aboutAction(description, action)].filter((text) => text !== '').join('; ')];
}

/** `list: of all projects` is about the action list, which need not be said under its own heading. */
function aboutAction(description: string, action: string | null): string {
  const [about, rest] = description.split(/: (.*)/s);
  return action !== null && about === action && rest !== undefined ? rest : description;
}

const WIDTH = 120;

/** Two columns, the second one wrapped. */
function table(rows: readonly (readonly [string, string])[]): string {
  const first = Math.max(...rows.map(([name]) => name.length), 0) + 2;
  const indent = ' '.repeat(first + 2);
  return rows
    .map(([name, text]) => `  ${name.padEnd(first)}${wrap(text, WIDTH - first - 2).replaceAll('\n', `\n${indent}`)}\n`)
    .join('');
}

function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
