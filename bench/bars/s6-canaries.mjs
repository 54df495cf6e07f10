// S6: secrets that pass through the program in every way are in none of its answers, resources, files and errors. 300 seeded canaries
// go by headers, queries, bodies, WebSocket messages, events, output, environment, and all that a page can say; then every tool is
// asked for everything. Of a corpus without secrets nothing is hidden. `node bench/bars/s6-canaries.mjs [seed] [canaries]`
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';
import { openFront, ROOT, random, scratch, until } from './front.mjs';

const seed = Number(process.argv[2] ?? Date.now() % 1e6);
const count = Number(process.argv[3] ?? 300);
const chance = random(seed);
const MOST_FALSE = 0.001;

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const word = (length, from = letters) =>
  Array.from({ length }, () => from[Math.floor(chance() * from.length)]).join('');
const pick = (list) => list[Math.floor(chance() * list.length)];

/** Values that are secrets by their shape alone. */
const SHAPES = [
  () => `eyJ${word(20)}.eyJ${word(30)}.${word(24)}`,
  () => `ghp_${word(36)}`,
  () => `AKIA${word(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
  () => `sk_live_${word(24)}`,
  () => `xoxb-${word(24)}`,
  () => `glpat-${word(20)}`,
  () => `npm_${word(36)}`,
  () => `AIza${word(35)}`,
];
/** Names whose values are secrets whatever they look like. */
const NAMES = [
  'password',
  'access_token',
  'api_key',
  'client_secret',
  'apiKey',
  'refreshToken',
  'DB_PASSWORD',
  'jwt',
  'secret',
];
const value = () => `7${word(10)}${word(10, '0123456789')}q`;

/** A canary where its name says what it is, or its shape. */
function inText() {
  if (chance() < 0.5) return keep(pick(SHAPES)(), (secret) => `took ${secret} from the vault`);
  const name = pick(NAMES);
  return keep(
    value(),
    pick([
      (secret) => `${name}=${secret}`,
      (secret) => `{"${name}":"${secret}","ok":true}`,
      (secret) => `${name}: "${secret}"`,
      (secret) => `Authorization: Bearer ${secret}`,
      (secret) => `connecting to postgres://app:${secret}@db.local:5432/shop`,
      (secret) => `curl --${name.replace('_', '-')} ${secret} https://api.local`,
    ]),
  );
}

const canaries = [];
function keep(secret, write) {
  canaries.push(secret);
  return write(secret);
}

const WAYS = {
  'request header': () =>
    request({
      headers: keep(value(), (secret) =>
        pick([
          { authorization: `Bearer ${secret}` },
          { authorization: `Basic ${secret}` },
          { cookie: `theme=dark; session=${secret}` },
          { 'x-api-key': secret },
          { 'x-auth-token': secret },
          { 'proxy-authorization': `Bearer ${secret}` },
        ]),
      ),
    }),
  'response header': () =>
    request({ path: `/set?${keep(value(), (secret) => new URLSearchParams({ token: secret }))}` }),
  query: () => request({ path: `/q?${keep(value(), (secret) => `${pick(NAMES)}=${secret}&page=2`)}` }),
  'request body': () =>
    request({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: keep(value(), (secret) => JSON.stringify({ user: 'a', [pick(NAMES)]: secret })),
    }),
  form: () =>
    request({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: keep(value(), (secret) => `user=a&${pick(NAMES)}=${secret}`),
    }),
  'response body': () => request({ path: '/echo', method: 'POST', body: inText() }),
  'WebSocket message': () => stand.socket(inText()),
  event: () => request({ path: '/events', method: 'POST', body: inText().replaceAll('\n', ' ') }),
  'line of output': () => stand.print(inText()),
  environment: () =>
    stand.withEnvironment({ [pick(['DB_PASSWORD', 'STRIPE_KEY', 'MY_SECRET'])]: keep(value(), (secret) => secret) }),
  console: () => stand.page('console', { level: pick(['log', 'error']), text: inText() }),
  error: () =>
    stand.page('error', {
      source: 'uncaught',
      name: 'Error',
      message: `Uncaught Error: ${inText()}`,
      stack: `Error\n    at f (http://localhost/a.js?token=${keep(value(), (secret) => secret)}:1:2)`,
      cause: { name: 'Error', message: inText() },
    }),
  network: () =>
    stand.page('network', {
      method: 'GET',
      url: `https://api.local/x?${keep(value(), (secret) => `access_token=${secret}`)}`,
      reason: inText(),
      ms: 3,
      stack: '',
    }),
  interaction: () => stand.page('interaction', { what: 'click', element: 'button', label: inText() }),
  custom: () =>
    stand.page('custom', {
      level: 'info',
      message: inText(),
      data: { [pick(NAMES)]: keep(value(), (secret) => secret) },
    }),
  title: () => stand.status({ title: inText() }),
  'page address': () => stand.status({ url: `${stand.url}/a?${keep(value(), (secret) => `token=${secret}`)}` }),
  'result of a run': () => stand.answer({ text: inText(), [pick(NAMES)]: keep(value(), (secret) => secret) }),
};

let stand;
const request = ({ path = '/echo', method = 'GET', headers = {}, body }) =>
  fetch(stand.url + path, { method, headers, ...(body === undefined ? {} : { body }) }).then((answer) => answer.text());

async function openStand() {
  const place = scratch();
  const cwd = join(place.directory, 'project');
  mkdirSync(cwd);
  const target = createServer((asked, answer) => {
    const chunks = [];
    asked.on('data', (chunk) => chunks.push(chunk));
    asked.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const token = new URL(asked.url, 'http://x').searchParams.get('token');
      if (asked.url === '/events')
        answer.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${body}\n\n`);
      else if (asked.url.startsWith('/set'))
        answer.writeHead(200, { 'set-cookie': `sid=${token}; Path=/`, 'x-csrf-token': token }).end('{}');
      else answer.writeHead(200, { 'content-type': 'application/json' }).end(body === '' ? '{}' : body);
    });
  });
  const sockets = new WebSocketServer({ server: target });
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
  await new Promise((resolve) => target.listen(0, '127.0.0.1', resolve));
  const stderr = join(place.directory, 'stderr');
  const front = await openFront({
    home: place.home,
    cwd,
    command: ['sh', '-c', `exec "$0" "$1" 2>>'${stderr}'`, process.execPath, join(ROOT, 'dist/bin.cjs')],
  });
  const ok = async (tool, args) => {
    const found = await front.call(tool, args);
    if (found.isError) throw new Error(`${tool} ${args.action ?? ''}: ${found.text}`);
    return found;
  };
  writeFileSync(join(cwd, 'cat.mjs'), 'process.stdin.pipe(process.stdout);');
  await ok('run', { command: process.execPath, args: ['cat.mjs'], id: 'cat', raw: true });
  const { data } = await ok('proxy', {
    action: 'start',
    id: 'p',
    target_url: `http://127.0.0.1:${target.address().port}`,
  });
  const url = data.url.replace(/\/$/, '');
  const page = await openPage(url);
  let runs = 0;
  return {
    place,
    front,
    url,
    stderr,
    ok,
    page: page.report,
    status: page.status,
    answer: (answer) => {
      page.willAnswer(answer);
      return front.call('proxy', { action: 'exec', id: 'p', code: '1', timeout_ms: 10_000 });
    },
    socket: (text) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
        socket.on('open', () => socket.send(text));
        socket.on('message', () => socket.close());
        socket.on('close', resolve);
        socket.on('error', reject);
      }),
    print: (line) => ok('proc', { action: 'input', process_id: 'cat', data: `${line}\n` }),
    withEnvironment(env) {
      runs += 1;
      return ok('run', { command: 'true', raw: true, id: `env${runs}`, env, mode: 'foreground' });
    },
    async close() {
      page.close();
      await front.call('daemon', { action: 'stop' });
      await front.close();
      target.closeAllConnections();
      target.close();
      place.remove();
    },
  };
}

/** What the client in a browser would say, without one: the page socket takes it from any program of the machine. */
async function openPage(url) {
  const origin = { Origin: url };
  const token = await (await fetch(`${url}/__devtool/token`, { method: 'POST', headers: origin })).text();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/__devtool/socket?token=${token}`, { headers: origin });
  const say = (message) => socket.send(JSON.stringify(message));
  let last = 0;
  let answer = null;
  await new Promise((resolve) => socket.once('open', resolve));
  say({
    say: 'hello',
    version: 1,
    tab: 'tab',
    load: 'load',
    url: `${url}/`,
    title: 'page',
    frame: 'top',
    at: 1,
    acknowledged: 0,
  });
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.say === 'exec')
      say({
        say: 'answer',
        id: message.id,
        ok: true,
        type: 'Object',
        value: answer,
        console: [JSON.stringify(answer)],
        ms: 1,
        cut: false,
      });
    if (message.say === 'acknowledged' && message.last === last) heard();
  });
  let heard = () => {};
  function report(kind, facts) {
    last += 1;
    const told = new Promise((resolve) => {
      heard = resolve;
    });
    say({ say: 'report', last, dropped: 0, entries: [{ kind, at: 1, facts }] });
    return told;
  }
  return {
    report,
    status(more) {
      say({ say: 'status', url: `${url}/`, title: 'page', visible: true, vitals: {}, ...more });
      return report('performance', { what: 'load', ms: 1 });
    },
    willAnswer(given) {
      answer = given;
    },
    close: () => socket.terminate(),
  };
}

/** Every tool's every answer that shows what was captured, each with a name. */
async function* answers() {
  const { front } = stand;
  const ask = async (tool, args) => [`${tool} ${JSON.stringify(args)}`, JSON.stringify(await front.call(tool, args))];
  for (const stream of ['combined', 'stdout'])
    yield ask('proc', { action: 'output', process_id: 'cat', stream, tail: 5_000 });
  yield ask('proc', { action: 'output', process_id: 'cat', raw: true, head: 5_000 });
  for (const args of [{ action: 'list' }, { action: 'list', global: true }]) yield ask('proc', args);
  const { data } = await front.call('proc', { action: 'list' });
  for (const { process_id } of data.processes) yield ask('proc', { action: 'status', process_id });
  for (const action of ['query', 'summary', 'stats', 'har'])
    yield ask('proxylog', { action, proxy_id: 'p', ...(action === 'stats' ? {} : { limit: 1_000 }) });
  const { text } = await front.call('proxylog', { action: 'query', proxy_id: 'p', limit: 1_000 });
  const ids = [...text.matchAll(/^(\w+_\d+) /gm)].map(([, id]) => id);
  for (const entry_id of ids) yield ask('proxylog', { action: 'get', proxy_id: 'p', entry_id });
  const requests = ids.filter((id) => id.startsWith('req_'));
  for (let at = 1; at < requests.length; at += 7)
    yield ask('proxylog', { action: 'diff', proxy_id: 'p', a: requests[at - 1], b: requests[at] });
  for (let at = 0; at < requests.length; at += 29)
    yield ask('proxylog', { action: 'replay', proxy_id: 'p', entry_id: requests[at] });
  for (const action of ['list', 'get']) yield ask('currentpage', { action, proxy_id: 'p' });
  for (const action of ['status', 'list']) yield ask('proxy', { action, ...(action === 'list' ? {} : { id: 'p' }) });
  yield ask('errors', { limit: 200 });
  yield ask('timeline', { limit: 1_000 });
  for (const action of ['status', 'info']) yield ask('daemon', { action });
  const { result } = await front.request('resources/list', {});
  for (const { uri } of result.resources) yield [uri, JSON.stringify(await front.request('resources/read', { uri }))];
  yield ['resources/list', JSON.stringify(result)];
  const prompts = (await front.request('prompts/list', {})).result.prompts;
  for (const { name, arguments: given = [] } of prompts) {
    const args = Object.fromEntries(given.filter(({ required }) => required).map(({ name: of }) => [of, 'p']));
    yield [`prompt ${name}`, JSON.stringify(await front.request('prompts/get', { name, arguments: args }))];
  }
}

function* files(directory) {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const stat = statSync(path);
    if (stat.isDirectory()) yield* files(path);
    else if (stat.isFile()) yield [path, readFileSync(path, 'latin1')];
  }
}

const leaksIn = ([name, text]) =>
  canaries.filter((secret) => text.includes(secret)).map((secret) => `${name.slice(0, 100)}: ${secret}`);

/** Whoever asks for them gets them: a canary that is nowhere would prove nothing. */
async function found() {
  const { front } = stand;
  const ask = async (tool, args) => JSON.stringify(await front.call(tool, { ...args, reveal: true }));
  const { text } = await front.call('proxylog', { action: 'query', proxy_id: 'p', limit: 1_000 });
  const ids = [...text.matchAll(/^(\w+_\d+) /gm)].map(([, id]) => id);
  const all = [
    await ask('proc', { action: 'output', process_id: 'cat', tail: 5_000 }),
    await ask('currentpage', { action: 'get', proxy_id: 'p' }),
  ];
  for (const entry_id of ids) all.push(await ask('proxylog', { action: 'get', proxy_id: 'p', entry_id }));
  return canaries.filter((secret) => all.some((answer) => answer.includes(secret))).length;
}

/** Lines without secrets: what this project says of itself, and what tools have printed. */
async function falsePositives() {
  const texts = [
    ...files(join(ROOT, 'docs')),
    // A short run looks at less.
    ...(count < 100 ? [] : ['test/timeline/outputs', 'src/process', 'src/lockfree']).flatMap((name) => [
      ...files(join(ROOT, name)),
    ]),
  ];
  let [lines, hidden] = [0, 0];
  for (const [path, text] of texts) {
    const process_id = `clean${lines}`;
    await stand.ok('run', { command: 'cat', args: [path], raw: true, id: process_id, mode: 'foreground' });
    const shown = (await stand.ok('proc', { action: 'output', process_id, tail: 100_000, raw: true })).text;
    lines += text.split('\n').length;
    hidden += shown
      .split('\n')
      .filter((line) => line.includes('[redacted ') && !/redacted (?:[a-f0-9]{6}|ab12cd)\]`/.test(line)).length;
    await stand.ok('proc', { action: 'remove', process_id });
  }
  return { lines, hidden };
}

stand = await openStand();
const leaks = [];
let looked = 0;
let clean;
let there = 0;
try {
  const ways = Object.values(WAYS);
  for (let at = 0; canaries.length < count; at++) await ways[at % ways.length]();
  await until('the last line is there', async () => {
    await stand.print('the end');
    return (await stand.front.call('proc', { action: 'output', process_id: 'cat', tail: 1 })).text.includes('the end');
  });
  for await (const answer of answers()) {
    looked += 1;
    leaks.push(...leaksIn(await answer));
  }
  for (const file of files(stand.place.home)) leaks.push(...leaksIn(file));
  leaks.push(...leaksIn(['stderr', readFileSync(stand.stderr, 'latin1')]));
  there = await found();
  clean = await falsePositives();
} finally {
  await stand.close();
}
for (const leak of new Set(leaks)) console.log(leak);
const rate = clean.hidden / clean.lines;
console.log(
  `S6 seed ${seed}: ${canaries.length} canaries by ${Object.keys(WAYS).length} ways, ${there} of them recorded, ${looked} answers and all files: ${new Set(leaks).size} leaks; of ${clean.lines} clean lines ${clean.hidden} hidden (${(rate * 100).toFixed(3)} %, bar 0.1)`,
);
// What was in the environment, in a title or an address that changed, and in answers of runs, is recorded nowhere.
process.exitCode = leaks.length === 0 && rate < MOST_FALSE && there > canaries.length * 0.7 ? 0 : 1;
