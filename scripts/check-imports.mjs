// Refuses imports that the table of docs/architecture.md does not allow, import cycles, and `Atomics` outside its one door.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** Folder → folders it may import from (its own always). */
const MAY = {
  'bin.ts': ['front', 'home'],
  front: ['home'],
  home: [],
  cli: ['front', 'home', 'text'],
  daemon: ['tools', 'process', 'proxy', 'timeline', 'patterns', 'home', 'text'],
  tools: ['process', 'proxy', 'timeline', 'project', 'patterns', 'text'],
  timeline: ['process', 'proxy', 'text'],
  // Of the page, what both sides say to each other.
  proxy: ['lockfree', 'page', 'text'],
  process: ['lockfree', 'text', 'patterns'],
  project: ['text'],
  page: [],
  patterns: [],
  text: [],
  lockfree: [],
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map((name) => name.split('\\').join('/'));
const folderOf = (file) => file.split('/')[0];
const imports = new Map(
  files.map((file) => {
    const text = readFileSync(join(src, file), 'utf8');
    const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((match) =>
      posix.normalize(posix.join(posix.dirname(file), match[1])),
    );
    return [file, { text, found }];
  }),
);

const problems = [];
for (const [file, { text, found }] of imports) {
  const from = folderOf(file);
  if (!(from in MAY)) problems.push(`${file}: folder ${from} is not in the table`);
  for (const target of found) {
    const to = folderOf(target);
    // Built siblings that the front loads on demand.
    if (/^(daemon|cli)\.js$/.test(target)) continue;
    if (!imports.has(target)) problems.push(`${file}: ${target} does not exist`);
    else if (to !== from && !MAY[from]?.includes(to))
      problems.push(`${file}: ${from} may not import ${to} (${target})`);
  }
  if (/\bAtomics\.\w/.test(text) && file !== 'lockfree/atomic.ts')
    problems.push(`${file}: Atomics outside lockfree/atomic.ts`);
}

const state = new Map();
function visit(file, path) {
  if (state.get(file) === 'done') return;
  if (state.get(file) === 'open') {
    problems.push(`cycle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`);
    return;
  }
  state.set(file, 'open');
  for (const target of imports.get(file)?.found ?? []) if (imports.has(target)) visit(target, [...path, file]);
  state.set(file, 'done');
}
for (const file of files) visit(file, []);

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(
  `${files.length} files, imports as ${relative(process.cwd(), join(dirname(src), 'docs/architecture.md'))} says`,
);
