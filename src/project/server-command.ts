/** Whether a script is a server: something that is ready at some time, rather than done. Read from its name and words; nothing is run. */

const SERVER_NAMES = /^(dev|start|serve|server|preview|develop|runserver|storybook|web)(:|$)/;

/** Longer command lines are judged by their beginning. */
const LONGEST = 4_000;

/** Programs that serve, and the subcommands with which they do; '' is none at all. */
const SERVES = tableOf({
  next: ['dev', 'start'],
  nuxt: ['dev', 'preview'],
  nuxi: ['dev', 'preview'],
  astro: ['dev', 'preview'],
  ng: ['serve', 's'],
  webpack: ['serve', 's'],
  rsbuild: ['dev', 'preview'],
  rspack: ['dev', 'serve'],
  storybook: ['dev'],
  'react-scripts': ['start'],
  'react-router': ['dev'],
  remix: ['dev', 'vite:dev'],
  'vue-cli-service': ['serve'],
  gatsby: ['develop', 'serve'],
  nest: ['start'],
  vinxi: ['dev', 'start'],
  wrangler: ['dev'],
  netlify: ['dev'],
  vercel: ['dev'],
  turbo: ['dev', 'start', 'serve'],
  nx: ['dev', 'start', 'serve'],
  deno: ['serve'],
  flask: ['run'],
  fastapi: ['dev', 'run'],
  streamlit: ['run'],
  jekyll: ['serve', 's'],
  hugo: ['serve', 'server'],
  rails: ['server', 's'],
  'manage.py': ['runserver'],
  artisan: ['serve'],
  symfony: ['serve', 'server:start'],
  php: ['-S'],
  dotnet: ['run', 'watch'],
  gradle: ['bootRun', 'quarkusDev'],
  gradlew: ['bootRun', 'quarkusDev'],
  mvn: ['spring-boot:run', 'quarkus:dev'],
  mvnw: ['spring-boot:run', 'quarkus:dev'],
  caddy: ['run'],
  'docker-compose': ['up'],
  compose: ['up'],
  'http.server': [''],
});

/** Programs that serve unless a subcommand says otherwise. */
const SERVES_UNLESS = tableOf({
  vite: ['build', 'optimize'],
  parcel: ['build'],
  'webpack-dev-server': [],
  nodemon: [],
  'http-server': [],
  'live-server': [],
  'json-server': [],
  serve: [],
  uvicorn: [],
  gunicorn: [],
  hypercorn: [],
  daphne: [],
  puma: [],
  rackup: [],
});

const PACKAGE_MANAGERS = new Set(['npm', 'pnpm', 'yarn', 'bun', 'deno', 'just', 'make', 'task']);
/** Run several commands at once, each a word or a quoted line. */
const PARALLEL = new Set(['concurrently', 'npm-run-all', 'run-p']);
/** Run a file of the project's own, which may be named after what it does. */
const RUNTIMES = new Set(['node', 'tsx', 'ts-node', 'bun', 'python', 'python3', 'ruby', 'php']);
const SERVER_FILE = /((^|[/.-])server|(^|\/)(serve|api|web))\.([cm]?[jt]sx?|py|rb|php)$/;
const SERVER_PACKAGE = /(^|\/)(server|serve|api|web)\/?(main\.go)?$/;
/** Words before the program itself. */
const WRAPPERS = new Set([
  ...PACKAGE_MANAGERS,
  ...RUNTIMES,
  ...['npx', 'bunx', 'pnpx', 'exec', 'dlx', 'x', 'run', 'cross-env', 'env', 'dotenv', 'bundle', 'poetry', 'uv', 'pdm'],
  ...['pipenv', 'hatch', 'docker', 'sudo', 'nohup', 'time'],
]);

export const isServerScript = (name: string, command: string): boolean =>
  SERVER_NAMES.test(name) || isServerCommand(command);

/** Whether one of the commands of a shell line is a dev server's. */
export const isServerCommand = (line: string): boolean =>
  line
    .slice(0, LONGEST)
    .replace(/["']/g, ' ')
    .split(/[;|&\n]+/)
    .some((command) => serves(command.split(/\s+/).filter((word) => word !== '')));

/** Goes over variables, wrappers and their options to the program, then asks the tables. */
function serves(words: readonly string[]): boolean {
  for (const [at, word] of words.entries()) {
    const name = baseName(word);
    const rest = words.slice(at + 1);
    const unless = SERVES_UNLESS.get(name);
    if (unless !== undefined) return !rest.some((other) => unless.includes(other) || other === '--help');
    if (SERVES.get(name)?.some((subcommand) => hasSubcommand(rest, subcommand))) return true;
    if (PARALLEL.has(name)) return rest.some((other) => servesInParallel(other));
    if (PACKAGE_MANAGERS.has(name) && runsServerScript(rest)) return true;
    if (RUNTIMES.has(name) && !rest.includes('--test') && rest.some((file) => SERVER_FILE.test(file))) return true;
    if (name === 'go' && rest[0] === 'run') return rest.some((file) => SERVER_PACKAGE.test(file));
    const passing = word.startsWith('-') || /^[A-Za-z_]\w*=/.test(word);
    if (!passing && !WRAPPERS.has(name)) return false;
  }
  return false;
}

const baseName = (word: string): string => word.slice(word.lastIndexOf('/') + 1).replace(/\.cmd$/, '');

/** The first word that is neither an option nor `run` is the subcommand, unless it is one of these itself. */
const hasSubcommand = (rest: readonly string[], subcommand: string): boolean =>
  subcommand === '' ||
  rest.find((word) => word === subcommand || !(word.startsWith('-') || word === 'run')) === subcommand;

/** `run dev`, or `dev` where the manager needs no `run`. */
function runsServerScript(rest: readonly string[]): boolean {
  const run = rest.findIndex((word) => word === 'run' || word === 'task');
  const script = rest.slice(run + 1).find((word) => !word.startsWith('-'));
  return script !== undefined && SERVER_NAMES.test(script);
}

/** `vite`, `npm:dev`, `dev:*`. */
const servesInParallel = (word: string): boolean =>
  SERVES_UNLESS.has(baseName(word)) || SERVER_NAMES.test(word.replace(/^(npm|pnpm|yarn|bun):/, ''));

/** A table whose keys are words of others: a plain object would know `constructor`. */
function tableOf(entries: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, readonly string[]> {
  return new Map(Object.entries(entries));
}
