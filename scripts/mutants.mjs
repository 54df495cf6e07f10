// Breaks one line of the lock-free core at a time, in a copy of the tree, and tells which layer of its tests notices; writes
// docs/mutants.md. `npm run mutants -- registry park` does some structures only, `--only=stamp` what has that in its name, `--missing`
// what the page does not have: the page keeps the rows of the others. In slices: `--most=4` mutations, and after the first slice
// `--sound`, which leaves out the run without a mutation. `--check` runs no test, but fails when a mutation no longer fits the
// sources, or the page lacks one or has one that is no more. The mutations: test/model/mutations.
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const LISTS = join(root, 'test/model/mutations');
const PAGE = join(root, 'docs/mutants.md');
const COPIED = ['package.json', 'tsconfig.json', 'vitest.config.ts', 'src', 'test'];
const LAYERS = ['unit', 'model', 'stress'];
/** Times beside other work, in times without it: MUTANTS_PATIENCE=4. */
const PATIENCE = Number(process.env.MUTANTS_PATIENCE ?? 1);
/** A layer that has not ended by then hangs: the mutation is caught, and says so. */
const MOST_SECONDS = { unit: 30, model: 300, stress: 120 };
/** A test of that layer that has not ended by then has failed; without a mutation none takes a tenth of it. */
const TEST_SECONDS = { unit: 10, model: 120, stress: 60 };
const JOBS = 2;

const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isCheck = process.argv.includes('--check');
const isMissing = process.argv.includes('--missing');
const isSound = process.argv.includes('--sound');
const valueIn = (option) => process.argv.find((word) => word.startsWith(`${option}=`))?.slice(`${option}=`.length);
const only = valueIn('--only') ?? '';
const isAll = asked.length === 0 && only === '' && !isMissing;
const most = Number(valueIn('--most') ?? Number.POSITIVE_INFINITY);

/** Each list is `{ structure, tests: { unit, model, stress }, mutations, equivalent }`. */
async function readLists() {
  const files = readdirSync(LISTS).filter((name) => name.endsWith('.mjs'));
  const modules = await Promise.all(files.sort().map((name) => import(pathToFileURL(join(LISTS, name)).href)));
  return modules
    .map(({ list }) => ({ ...list, all: list.mutations, mutations: list.mutations.filter(isAskedFor) }))
    .filter(({ structure, mutations }) => mutations.length > 0 && (asked.length === 0 || asked.includes(structure)));
}

const isAskedFor = (mutation) => mutation.name.includes(only) && !(isMissing && writtenRows().has(beginOf(mutation)));

/** White space fits any other; `…` fits anything, and the replacement may have it as $1, the next as $2. */
function patternOf(find) {
  const quote = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
  return new RegExp(find.split('…').map(quote).join('([\\s\\S]*?)'), 'g');
}

/** `file` is in src/lockfree, unless it names its folder. */
const sourceOf = (tree, file) => join(tree, 'src', file.includes('/') ? file : join('lockfree', file));

/** The file with the mutation; throws an Error unless its place is found exactly once. */
function mutated({ name, file, find, replace, imports }, tree) {
  const source = readFileSync(sourceOf(tree, file), 'utf8');
  const places = [...source.matchAll(patternOf(find))].length;
  if (places !== 1) throw new Error(`mutation="${name}" file=${file}: its place is found ${places} times, not once`);
  const text = source.replace(patternOf(find), (...found) => replace.replace(/\$(\d)/g, (_, n) => found[n]));
  return imports === undefined ? text : `import { ${imports} } from '#atomic';\n${text}`;
}

function copyTree() {
  const directory = mkdtempSync(join(tmpdir(), 'devtool-mcp-mutants-'));
  for (const name of COPIED) cpSync(join(root, name), join(directory, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}

/** Copies of the tree; the first stays as it is, whatever happens to the work tree meanwhile. */
const directories = [];
const children = new Set();

function cleanUp() {
  for (const child of children) endGroup(child);
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** The group may have ended just before. */
function endGroup({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    cleanUp();
    process.exit(1);
  });
}

/** Ends with its whole process group after `seconds`. */
function runVitest(directory, layer, files, seconds) {
  const report = join(directory, 'report.json');
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const limit = `${TEST_SECONDS[layer] * PATIENCE * 1000}`;
  const options = [
    '--project',
    layer,
    '--bail',
    '1',
    '--testTimeout',
    limit,
    '--reporter',
    'json',
    '--outputFile',
    report,
  ];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [vitest, 'run', ...options, ...files], {
      cwd: directory,
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, MODEL_BOUND: '2', MODEL_SEED: '1', MODEL_SHRINK: '0' },
    });
    children.add(child);
    let isLate = false;
    const timer = setTimeout(
      () => {
        isLate = true;
        endGroup(child);
      },
      seconds * PATIENCE * 1000,
    );
    child.once('exit', (code) => {
      children.delete(child);
      clearTimeout(timer);
      resolve({ isLate, ok: code === 0, report });
    });
  });
}

/** `undefined`: nothing was noticed; else the test that failed. A file that cannot even be loaded proves nothing. */
async function test(directory, layer, files) {
  const { isLate, ok, report } = await runVitest(directory, layer, files, MOST_SECONDS[layer]);
  if (isLate) return 'does not end';
  if (ok) return undefined;
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = testResults.flatMap((one) => one.assertionResults).find(({ status }) => status === 'failed');
  if (failed === undefined) throw new Error(`no test of ${files.join(' ')} could be run: ${testResults[0]?.message}`);
  return [...failed.ancestorTitles, failed.title].join(': ');
}

async function attack(directory, pristine, list, mutation) {
  const target = sourceOf(directory, mutation.file);
  const began = performance.now();
  const result = { mutation, caught: {}, seconds: 0 };
  try {
    writeFileSync(target, mutated(mutation, pristine));
    for (const layer of LAYERS) {
      const files = list.tests[layer];
      if (files.length === 0 || (layer === 'stress' && Object.keys(result.caught).length > 0)) continue;
      const found = await test(directory, layer, files);
      if (found !== undefined) result.caught[layer] = found;
    }
  } catch (thrown) {
    result.error = thrown instanceof Error ? thrown.message : String(thrown);
  } finally {
    cpSync(sourceOf(pristine, mutation.file), target);
  }
  result.seconds = (performance.now() - began) / 1000;
  return result;
}

const firstLayer = ({ caught }) => LAYERS.find((layer) => caught[layer] !== undefined) ?? 'none';
const layersOf = ({ caught }) => LAYERS.filter((layer) => caught[layer] !== undefined).join(', ') || 'none';
const isFailure = (result) => result.error !== undefined || firstLayer(result) === 'none';

function tell(list, result) {
  const how = result.error ?? result.caught.model ?? result.caught[firstLayer(result)] ?? '';
  const caught = result.error === undefined ? layersOf(result) : 'error';
  const seconds = result.seconds.toFixed(1).padStart(6);
  console.log(`${list.structure.padEnd(12)} ${caught.padEnd(12)} ${seconds} s  ${result.mutation.name}  [${how}]`);
}

/** What passes when nothing is broken; else a failure would say nothing. */
async function expectSound(directory, lists) {
  for (const layer of LAYERS) {
    const files = [...new Set(lists.flatMap(({ tests }) => tests[layer]))];
    const failed = files.length === 0 ? undefined : await test(directory, layer, files);
    if (failed !== undefined) throw new Error(`layer=${layer}: without a mutation this fails already: ${failed}`);
  }
}

/** `heard` hears of each result, with all there are. */
async function attackAll(lists, heard) {
  const queue = lists.flatMap((list) => list.mutations.map((mutation) => ({ list, mutation }))).slice(0, most);
  const results = new Map();
  const work = async (directory) => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const result = await attack(directory, directories[0], next.list, next.mutation);
      tell(next.list, result);
      results.set(next.mutation, result);
      heard(results);
    }
  };
  try {
    while (directories.length <= JOBS) directories.push(copyTree());
    if (!isSound) await expectSound(directories[0], lists);
    await Promise.all(directories.slice(1).map(work));
  } finally {
    cleanUp();
  }
  return results;
}

const cell = (text) => text.replaceAll('|', '\\|');

/** Of a mutation, not of a table's head. */
const isRow = (line) => line.startsWith('| ') && !/^\| (mutation|---) /.test(line);

/** How the row of a mutation begins, in which its test has been tried. */
const beginOf = ({ name, file }) => `| ${cell(name)} | ${file} |`;

function rowOf(mutation, result) {
  const test = cell(result.caught.model ?? result.caught[firstLayer(result)] ?? '');
  return `${beginOf(mutation)} ${layersOf(result)} | ${test} | ${result.seconds.toFixed(1)} |`;
}

function section({ structure, all, equivalent }, results) {
  const written = writtenRows();
  const rows = all.flatMap((mutation) => {
    const result = results.get(mutation);
    return (result === undefined ? written.get(beginOf(mutation)) : rowOf(mutation, result)) ?? [];
  });
  const left = equivalent.map(({ name, why }) => `- ${name}: ${why}`);
  return [
    `## ${structure}`,
    '',
    '| mutation | file | caught by | first test that failed, in the model if it did | seconds |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    ...(left.length === 0 ? [] : ['', 'Not in the table, because no test could tell:', '', ...left]),
    '',
  ].join('\n');
}

/** The rows of the page as it is, by their beginnings. */
function writtenRows() {
  const rows = [...writtenSections().values()].flatMap((one) => one.split('\n')).filter(isRow);
  return new Map(rows.map((row) => [`${row.split(/(?<!\\)\|/, 3).join('|')}|`, row]));
}

/** Of the page as it is, the text below each structure's heading, heading and all. */
function writtenSections() {
  const text = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  const [, ...sections] = text.split(/^(?=## )/m);
  return new Map(sections.map((one) => [one.slice('## '.length, one.indexOf('\n')), one]));
}

/** What each row says of who caught its mutation. */
const caughtIn = (sections) =>
  sections
    .flatMap((one) => one.split('\n'))
    .filter(isRow)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)[3]
        .trim()
        .split(', '),
    );

function page(sections) {
  const all = caughtIn(sections);
  const count = (layer) => all.filter((layers) => layers.includes(layer)).length;
  const onlyModel = all.filter((layers) => layers.join() === 'model').length;
  return [
    '<!-- Generated by `npm run mutants`. -->',
    '',
    '# Mutations of the lock-free core',
    '',
    'Each row is one line of `src/lockfree`, or of the cell of a process, broken on purpose, in a copy of the tree. The unit tests and the model tests (two',
    'preemptions) of its structure ran; where both passed, the stress tests on worker threads. A mutation that nobody notices fails',
    'the run. The mutations are in `test/model/mutations`.',
    '',
    `${all.length} mutations: ${count('unit')} caught by unit tests, ${count('model')} by model tests (${onlyModel} by these alone), ` +
      `${count('stress')} by stress tests alone, ${count('none')} by none.`,
    '',
    sections.map((one) => `${one.trimEnd()}\n`).join('\n'),
  ].join('\n');
}

function writePage(lists, results) {
  const sections = writtenSections();
  for (const list of lists) sections.set(list.structure, section(list, results));
  mkdirSync(join(root, 'docs'), { recursive: true });
  writeFileSync(PAGE, page([...sections].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, text]) => text)));
}

/** Every mutation fits once, and is in the page; the page has no other. */
function check(lists) {
  const rows = new Set(writtenRows().keys());
  const faults = [];
  for (const mutation of lists.flatMap(({ mutations }) => mutations)) {
    try {
      mutated(mutation, root);
    } catch (thrown) {
      faults.push(thrown.message);
    }
    if (!rows.delete(beginOf(mutation))) faults.push(`mutation="${mutation.name}": not in ${basename(PAGE)}`);
  }
  if (isAll) for (const row of rows) faults.push(`row="${row}": no mutation any more`);
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

const lists = await readLists();
if (isCheck) check(lists);
else {
  // At once: whoever ends it keeps what it has found.
  const results = await attackAll(lists, (found) => writePage(lists, found));
  const failures = [...results.values()].filter(isFailure);
  console.log(`\n${results.size} mutations, ${failures.length} not caught`);
  for (const { mutation, error } of failures) console.log(`  ${mutation.name}: ${error ?? 'nobody noticed'}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
