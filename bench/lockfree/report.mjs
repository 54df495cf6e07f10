// Says what was measured: a table for the terminal and docs/benchmarks.md, and the figures as JSON.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LESS_WORK = 0.9;

/** Where and of what the figures are. */
export function machine(go) {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cpus: processors.length,
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
    node: process.version,
    go: go?.version ?? null,
    commit: git('rev-parse', '--short', 'HEAD'),
    changed: git('status', '--porcelain', '--', 'src/lockfree', 'src/process', 'src/proxy') !== '',
    date: new Date().toISOString().slice(0, 10),
  };
}

export const machineLine = ({ cpu, cpus: count, load, node, go, commit, changed, date }) =>
  `Machine: ${cpu}, ${count} processors (load ${load} at the begin), Node ${node}, ${go ?? 'no Go'}. ` +
  `Commit ${commit}${changed ? ' with changes on top' : ''}, ${date}.`;

export function time(nanos) {
  if (nanos === undefined) return '–';
  if (nanos < 1_000) return `${nanos < 100 ? nanos.toFixed(1) : nanos.toFixed(0)} ns`;
  return nanos < 1e6 ? `${(nanos / 1e3).toPrecision(3)} µs` : `${(nanos / 1e6).toPrecision(3)} ms`;
}
const ratio = (one, other) => (one === undefined || other === undefined ? '–' : (one / other).toFixed(2));

/** A time, and how much of what it finds alone an operation has found, if that is less. */
function busyTime(side) {
  if (side === undefined) return '–';
  const share = side.busy.work / side.free.work;
  return share < LESS_WORK ? `${time(side.busy.nanos)} (${(share * 100).toFixed(0)} %)` : time(side.busy.nanos);
}

function rowOf({ name, other, sides: { ours, go, messages } }) {
  return [
    name,
    time(ours.free.nanos),
    time(go?.free.nanos),
    ratio(ours.free.nanos, go?.free.nanos),
    time(messages.free.nanos),
    other,
    busyTime(ours),
    busyTime(go),
    ratio(ours.busy.nanos, go?.busy.nanos),
    busyTime(messages),
    ratio(ours.busy.nanos, ours.free.nanos),
    time(ours.turns?.nanos),
    ratio(ours.busy.nanos, ours.turns?.nanos),
    ratio(go?.busy.nanos, go?.free.nanos),
  ];
}

const HEADS = [
  ...['operation', 'ours', 'Go', 'ours / Go', 'messages'],
  ...['the other thread', 'ours', 'Go', 'ours / Go', 'messages', 'ours busy / alone'],
  ...['ours in turns', 'ours busy / in turns', 'Go busy / alone'],
];

/** A Markdown table whose columns are as wide as their widest cell. */
export function table(heads, rows) {
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at].length)));
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
  return [line(heads), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

export const lockfreeTable = (rows) => table(HEADS, rows.map(rowOf));

/** Puts text between the section's markers; adds them at the end when the page has none. */
export function writeSection(name, text, document = 'benchmarks') {
  const path = `${root}docs/${document}.md`;
  const marker = `<!-- bench:${name} -->`;
  const page = readFileSync(path, 'utf8');
  const [before, , after] = page.split(marker);
  const inside = `${marker}\n${text}\n${marker}`;
  writeFileSync(path, after === undefined ? `${page.trimEnd()}\n\n${inside}\n` : `${before}${inside}${after}`);
}

const rounded = (_key, value) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;

/** What was written before; null: nothing. */
export function readResults(name) {
  const path = `${root}bench/results/${name}.json`;
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

/** Formatted as `npm run check` wants it. */
export function writeResults(name, results) {
  const path = `${root}bench/results/${name}.json`;
  mkdirSync(`${root}bench/results`, { recursive: true });
  writeFileSync(path, JSON.stringify(results, rounded, 2));
  const biome = `${root}node_modules/@biomejs/biome/bin/biome`;
  execFileSync(process.execPath, [biome, 'format', '--write', path], { stdio: ['ignore', 'ignore', 'inherit'] });
}
