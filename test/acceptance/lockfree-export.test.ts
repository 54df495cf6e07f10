/** `devtool-mcp/lockfree` from the packed program, in another project: plain ES modules, a worker, and types. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from './harness.ts';

let project = '';

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'dtm-other-'));
  const installed = join(project, 'node_modules/devtool-mcp');
  mkdirSync(installed, { recursive: true });
  const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', project], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const archive = join(project, packed.trim().split('\n').at(-1) ?? '');
  execFileSync('tar', ['-xzf', archive, '-C', installed, '--strip-components=1']);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'other', type: 'module' }));
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Compiles a strict project's file; `options` come after the usual ones. */
function compile(name: string, text: string, ...options: string[]): void {
  writeFileSync(join(project, name), text);
  const usual = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022'];
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, ...usual, ...options, '--types', '', name], { cwd: project });
}

const WRITER = `
import { workerData, parentPort } from 'node:worker_threads';
import { Counters, JournalWriter } from 'devtool-mcp/lockfree';
const { buffer, geometry, counters } = workerData;
const memory = { words: new Int32Array(buffer), wide: new BigInt64Array(buffer), bytes: new Uint8Array(buffer) };
const journal = new JournalWriter(memory, geometry);
const counted = new Counters(new BigInt64Array(counters), 0, ['records']);
for (let i = 0; i < 100; i++) {
  journal.append({ kind: 1, a: i, b: 0, micros: i }, new TextEncoder().encode('record ' + i));
  counted.add('records');
}
parentPort.postMessage('done');
`;

const READER = `
import { Worker } from 'node:worker_threads';
import { Counters, countersLayout, JournalReader, journalBytes } from 'devtool-mcp/lockfree';
const geometry = { pages: 8, pageBytes: 1024, readers: 2 };
const buffer = new SharedArrayBuffer(journalBytes(geometry));
const counters = new SharedArrayBuffer(countersLayout(['records']).bytes);
const memory = { words: new Int32Array(buffer), wide: new BigInt64Array(buffer), bytes: new Uint8Array(buffer) };
const worker = new Worker(new URL('./writer.js', import.meta.url), { workerData: { buffer, geometry, counters } });
worker.once('message', () => {
  const { records } = new JournalReader(memory, 0, geometry).snapshot();
  const last = records.at(-1);
  const total = new Counters(new BigInt64Array(counters), 0, ['records']).get('records');
  console.log(JSON.stringify({ last: new TextDecoder().decode(last.body), sequence: last.sequence, total }));
});
`;

test('a plain module and its worker share a journal and counters', () => {
  writeFileSync(join(project, 'writer.js'), WRITER);
  writeFileSync(join(project, 'reader.js'), READER);
  const printed = execFileSync(process.execPath, ['reader.js'], { cwd: project, encoding: 'utf8' });
  expect(JSON.parse(printed)).toEqual({ last: 'record 99', sequence: 99, total: 100 });
});

test('its types hold a strict project to them, and carry the documentation', () => {
  const source = (records: string) => `
    import { type JournalRead, JournalReader, Registry, registryLayout, StateWord } from 'devtool-mcp/lockfree';
    export const read = (reader: JournalReader): JournalRead => reader.read();
    export const records: ${records} = new JournalReader(
      { words: new Int32Array(new SharedArrayBuffer(8)), wide: new BigInt64Array(new SharedArrayBuffer(8)), bytes: new Uint8Array(new SharedArrayBuffer(8)) },
      0, { pages: 4, pageBytes: 1024, readers: 1 }).records();
    export { Registry, registryLayout, StateWord };
  `;
  expect(() => compile('sound.ts', source('number'))).not.toThrow();
  expect(() => compile('unsound.ts', source('string'))).toThrow();
  const types = readFileSync(join(project, 'node_modules/devtool-mcp/dist/types/src/lockfree/journal.d.ts'), 'utf8');
  expect(types).toMatch(/Invariants[\s\S]*Progress[\s\S]*class JournalWriter/);
});

test('the model checker finds a lost update in a typed program', () => {
  const program = `
    import { load, store } from 'devtool-mcp/lockfree/atomic';
    import { type Explored, explore } from 'devtool-mcp/lockfree/model';
    const found: Explored = explore(() => {
      const words = new Int32Array(new SharedArrayBuffer(4));
      const increment = () => store(words, 0, load(words, 0) + 1);
      return {
        threads: [increment, increment],
        check: () => {
          if (words[0] !== 2) throw new Error('lost');
        },
      };
    });
    console.log(found.schedule);
  `;
  compile('lost.ts', program, '--noEmit', 'false');
  const options = ['--conditions=model', 'lost.js'];
  expect(execFileSync(process.execPath, options, { cwd: project, encoding: 'utf8' })).toBe('0 1x2 0\n');
});

test('it names no other package', () => {
  const code = `import('devtool-mcp/lockfree').then((core) => console.log(Object.keys(core).length > 20))`;
  const options = ['--input-type=module', '-e', code];
  expect(execFileSync(process.execPath, options, { cwd: project, encoding: 'utf8' }).trim()).toBe('true');
  const manifest = execFileSync(process.execPath, ['-p', "require('devtool-mcp/package.json').dependencies ?? {}"], {
    cwd: project,
    encoding: 'utf8',
  });
  expect(manifest.trim()).toBe('{}');
});
