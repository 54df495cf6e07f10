/** The port that a command line asks for. */

const FLAG = /^(?:-p|-l|--port|--listen|--http-port|--server-port|--web-port|-Dserver\.port)$/;
const FLAG_WITH_VALUE = /^(?:-p|-l|--port=|--listen=|--http-port=|--server-port=|--web-port=|-Dserver\.port=)(.+)$/;
const ADDRESS_FLAG = /^(?:--host|--hostname|-H|--bind|-b|-S|--addr|--address|--url|--urls)$/;
const ADDRESS_WITH_VALUE = /^(?:--host|--hostname|--bind|--addr|--address|--url|--urls)=(.+)$/;
const ENVIRONMENT = /^(?:[A-Z]{1,20}_)?PORT=(.+)$/;
/** Commands whose bare argument is a port or an address. */
const BARE = /^(?:http\.server|runserver)$/;

/** Of a line or a list of words; null when it names none. Flags win over `PORT=` before the command. */
export function portOfCommand(command: string | readonly string[]): number | null {
  const words = typeof command === 'string' ? wordsOf(command) : command;
  return portOfFlags(words) ?? portOfEnvironment(words);
}

function portOfFlags(words: readonly string[]): number | null {
  for (const [index, word] of words.entries()) {
    const next = words[index + 1] ?? '';
    const port =
      (FLAG.test(word) ? portOf(next) : null) ??
      portOf(FLAG_WITH_VALUE.exec(word)?.[1] ?? '') ??
      (ADDRESS_FLAG.test(word) ? portOfAddress(next) : null) ??
      portOfAddress(ADDRESS_WITH_VALUE.exec(word)?.[1] ?? '') ??
      (BARE.test(word) ? portOf(next) : null);
    if (port !== null) return port;
  }
  return null;
}

function portOfEnvironment(words: readonly string[]): number | null {
  for (const word of words) {
    const port = portOf(ENVIRONMENT.exec(word)?.[1] ?? '');
    if (port !== null) return port;
  }
  return null;
}

/** `3000`, `localhost:3000`, `:3000`, or a container's `8080:80`, of which the first is ours. */
function portOf(value: string): number | null {
  const mapping = /^(\d{1,5}):\d{1,5}$/.exec(value);
  return /^\d{1,5}$/.test(value) ? valid(value) : mapping !== null ? valid(mapping[1] ?? '') : portOfAddress(value);
}

const portOfAddress = (value: string): number | null => {
  const port = /:(\d{1,5})\/?$/.exec(value)?.[1];
  return port === undefined ? null : valid(port);
};

const valid = (digits: string): number | null => {
  const port = Number(digits);
  return port > 0 && port < 65_536 ? port : null;
};

/** Split at blanks, quotes removed: close enough to a shell to find a number. */
const wordsOf = (line: string): string[] => line.split(/\s+/).map((word) => word.replace(/["']/g, ''));
