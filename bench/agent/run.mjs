// Whether an agent that knows nothing finds what is wrong on a page: each scenario is a real fault in a copy of examples/shop, met
// in a real Chromium, and then the calls of a fresh MCP session: `errors`, and at most one more whose arguments the first answer
// gives. Counted are calls and the bytes of text that a model is shown. `node bench/agent/run.mjs [scenario]`; the whole writes
// bench/results/agent.json. Exit code 1 when a fault takes more than 2 calls or 600 bytes, or its cause is not in the answers.
import { bundle, requireBuilt, scratch } from '../lockfree/build.mjs';
import { machine, machineLine, table, writeResults } from '../lockfree/report.mjs';
import { FURTHER_FAULTS } from './further-faults.mjs';
import { SHOP_FAULTS } from './shop-faults.mjs';
import { openStand } from './stand.mjs';

const MOST_CALLS = 2;
const MOST_BYTES = 600;
const MOST_MS = 60_000;
const SCENARIOS = [...SHOP_FAULTS, ...FURTHER_FAULTS];

const [wanted] = process.argv.slice(2);
const isVerbose = wanted !== undefined;

/** What the agent asks, and what it has read. */
async function investigate(agent, { facts, follow }) {
  const answers = [];
  async function ask(tool, args) {
    const { result, error } = await agent.request('tools/call', { name: tool, arguments: args });
    if (error !== undefined) throw new Error(error.message);
    const text = result.content.map((part) => part.text ?? '').join('\n');
    if (isVerbose) console.log(`--- ${tool} ${JSON.stringify(args)}\n${text}`);
    answers.push(text);
    return text;
  }
  const missing = () => facts.filter((fact) => !has(answers.join('\n'), fact)).map(String);
  const first = await ask('errors', {});
  const next = missing().length === 0 ? null : (follow?.(first) ?? null);
  if (next !== null) await ask(...next);
  return { answers, missing: missing() };
}

const has = (text, fact) => (fact instanceof RegExp ? fact.test(text) : text.includes(fact));

/** Rejects when this program is told to end: what a scenario started is ended all the same. */
const told = new Promise((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error(`ended by ${signal}`)));
});
told.catch(() => {});

async function play(launch, { name, edit, act, facts, follow, once = [], faults = 1 }) {
  const stand = await openStand(launch, edit);
  try {
    await Promise.race([act(stand), told, late(name)]);
    const agent = await stand.agent();
    const { answers, missing } = await investigate(agent, { facts: facts(stand.files), follow });
    const repeated = once.filter(
      (word) => (answers[0] ?? '').split('\n').filter((line) => line.includes(word)).length > 1,
    );
    const bytes = answers.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const isMet =
      missing.length + repeated.length === 0 && answers.length <= MOST_CALLS && bytes <= MOST_BYTES * faults;
    return { name, calls: answers.length, bytes, faults, missing, repeated, isMet };
  } finally {
    await stand.close();
  }
}

const late = (name) =>
  new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${name}: never came about`)), MOST_MS).unref();
  });

const rowOf = ({ name, calls, bytes, faults, missing, repeated }) => [
  name,
  String(calls),
  String(bytes),
  String(faults),
  [
    missing.length === 0 ? 'yes' : `no: ${missing.join(', ')}`,
    ...(repeated.length === 0 ? [] : [`told again: ${repeated.join(', ')}`]),
  ].join('; '),
];

async function main() {
  requireBuilt('bin.cjs');
  const chosen = SCENARIOS.filter(({ name }) => wanted === undefined || name === wanted);
  if (chosen.length === 0) throw new Error(`no scenario ${wanted}: ${SCENARIOS.map(({ name }) => name).join(', ')}`);
  const { directory, remove } = scratch();
  try {
    const about = machine(null);
    const { launchChromium } = await import(await bundle('test/browser/chromium-pipe.ts', directory));
    const rows = [];
    for (const scenario of chosen) {
      rows.push(await play(launchChromium, scenario));
      process.stderr.write(`${rows.length} `);
    }
    process.stderr.write('\n');
    console.log(
      `${machineLine(about)}\n\n${table(['scenario', 'calls', 'bytes', 'faults', 'found'], rows.map(rowOf))}`,
    );
    const isMet = rows.every((row) => row.isMet);
    console.log(`bar: ${MOST_CALLS} calls and ${MOST_BYTES} bytes a fault: ${isMet ? 'met' : 'missed'}`);
    if (wanted === undefined) writeResults('agent', { ...about, most: { calls: MOST_CALLS, bytes: MOST_BYTES }, rows });
    if (!isMet) process.exitCode = 1;
  } finally {
    remove();
  }
}

await main();
