// Where a scenario happens: a copy of the shop with a daemon of its own, a person's session that starts things, a real Chromium,
// and the session of an agent that knows nothing yet.
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openFront, pidsWith, ROOT, scratch, until } from '../bars/front.mjs';

const TAB_WAIT_MS = 15_000;

/** `launch`: gives a Chromium. `edit`: what is different in this copy, done before anything starts. */
export async function openStand(launch, edit = () => {}) {
  const { directory, home, remove } = scratch();
  const project = join(directory, 'shop');
  cpSync(join(ROOT, 'examples/shop'), project, { recursive: true, filter: (path) => !path.includes('node_modules') });
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  const files = filesOf(project);
  edit(files);
  const fronts = [await openFront({ home, cwd: project })];
  const [person] = fronts;
  let browser = null;
  return {
    project,
    files,
    /** Of the person: throws for a result that is an error. */
    async ok(tool, args) {
      const result = await person.call(tool, args);
      if (result.isError) throw new Error(`${tool} ${JSON.stringify(args)}: ${result.text}`);
      return result;
    },
    call: person.call,
    /** Dev server and proxy, both ready; the proxy's URL. */
    async start({ script = 'dev', args = ['--port', '0'], env = {} } = {}) {
      const { process_id: id } = (await this.ok('run', { script_name: script, args, env, id: script })).data;
      return (await this.ok('proxy', { action: 'start', id: 'shop', process_id: id })).data.url;
    },
    /** A tab there, loaded. */
    async open(url) {
      browser ??= launch();
      return browser.open(url);
    },
    /** Until what has happened, as the timeline tells it, has all of `words`. */
    async happened(...words) {
      const tells = async () => {
        const { text } = await person.call('timeline', { limit: 1_000 });
        return words.every((word) => text.includes(word));
      };
      await until(words.join(', '), tells, TAB_WAIT_MS);
    },
    /** A session that has seen nothing yet. */
    async agent() {
      const front = await openFront({ home, cwd: project });
      fronts.push(front);
      return front;
    },
    async close() {
      await browser?.close();
      await person.call('daemon', { action: 'stop' });
      await Promise.all(fronts.map((front) => front.close()));
      await until('every process has ended', () => pidsWith(`DEVTOOL_MCP_HOME=${home}`).length === 0);
      remove();
    },
  };
}

const filesOf = (project) => ({
  write(name, text) {
    const path = join(project, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  },
  replace(name, from, to) {
    const path = join(project, name);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
    writeFileSync(path, text.replace(from, to));
  },
  /** `src/cart.ts:12`: of the only line of a file that has this text. */
  place(name, text) {
    const lines = readFileSync(join(project, name), 'utf8').split('\n');
    const found = lines.flatMap((line, at) => (line.includes(text) ? [at + 1] : []));
    if (found.length !== 1) throw new Error(`${name} has ${found.length} lines with ${text}`);
    return `${name}:${found[0]}`;
  },
});
