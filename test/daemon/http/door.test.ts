import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { createHoldings } from '../../../src/daemon/holdings.ts';
import { type HttpDoor, openHttpDoor } from '../../../src/daemon/http/door.ts';
import type { Exchange } from '../../../src/daemon/http/exchange.ts';
import { until } from '../../front/until.ts';

const TOKEN = 'a-token-with-enough-in-it';
const MIB = 1_048_576;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A door before an endpoint that answers a message when it is told to, and holdings that look when they are told to. */
async function stand() {
  const served: Exchange[] = [];
  const answers: ((answer: Response) => void)[] = [];
  const log: string[] = [];
  const looks: (() => void)[] = [];
  let time = 0;
  const clock = {
    micros: () => time,
    after(_: number, run: () => void) {
      looks.push(run);
      return { cancel() {} };
    },
  };
  const holdings = createHoldings({ mostBytes: 8 * MIB, clock, log: (line) => log.push(line) });
  const endpoint = {
    serve(exchange: Exchange) {
      served.push(exchange);
      return new Promise<Response>((resolve) => answers.push(resolve));
    },
    sessions: 0,
    async close() {},
  };
  const door: HttpDoor = await openHttpDoor({
    port: 0,
    token: TOKEN,
    endpoint,
    holdings,
    log: (line) => log.push(line),
  });
  ends.push(() => door.close());
  const agent = new Agent();
  ends.push(() => agent.destroy());
  return {
    served,
    answers,
    log,
    look() {
      time += 1_000_000;
      looks.pop()?.();
    },
    post(length: number): ClientRequest {
      const headers = {
        Authorization: `Bearer ${TOKEN}`,
        'Content-Type': 'application/json',
        'Content-Length': length,
      };
      const posted = request(door.url, { method: 'POST', headers, agent });
      posted.on('error', () => {});
      return posted;
    },
  };
}

async function answerOf(
  posted: ClientRequest,
): Promise<{ status: number; head: IncomingMessage['headers']; error: unknown }> {
  const [answer] = (await once(posted, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const { error } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  return { status: answer.statusCode ?? 0, head: answer.headers, error };
}

const CALL = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'proc' } });

test('a message has at most 16 MiB and 50,000 values; what is refused says what to do', async () => {
  const { post, served, answers } = await stand();
  const send = (body: string) => answerOf(post(body.length).end(body));
  expect(await send('x'.repeat(16 * MIB + 1))).toMatchObject({
    status: 413,
    error: { message: 'a message of more than 16777216 bytes: send a shorter one' },
  });
  expect(await send(`[${'[],'.repeat(50_001)}[]]`)).toMatchObject({
    status: 413,
    error: { message: 'a message of more than 50000 values: send a shorter one' },
  });
  const posted = post(CALL.length).end(CALL);
  await until('it is served', () => served.length === 1);
  answers.pop()?.(Response.json({}));
  expect(await answerOf(posted)).toMatchObject({ status: 200 });
});

test('bodies on their way have one bound together: who has held most for longest is told so, the others go on', async () => {
  const { post, served, answers, look, log } = await stand();
  const large = post(10 * MIB);
  const answered = answerOf(large);
  large.write('x'.repeat(7 * MIB));
  const small = post(CALL.length);
  small.write(CALL.slice(0, 10));
  await until('it has come', () => (large.socket?.bytesWritten ?? 0) > 7 * MIB);
  look();
  expect(log).toEqual([]);
  const second = post(10 * MIB);
  second.write('x'.repeat(2 * MIB));
  await until('it has come too', () => (second.socket?.bytesWritten ?? 0) > 2 * MIB);
  await until('one is closed', () => {
    look();
    return log.length > 0;
  });
  large.end('x'.repeat(3 * MIB));
  expect(await answered).toMatchObject({
    status: 503,
    head: { 'retry-after': '1', connection: 'close' },
    error: { code: -32_000, message: expect.stringContaining('send it again') },
  });
  expect(log).toEqual([expect.stringMatching(/^a client over HTTP: closed/)]);
  small.end(CALL.slice(10));
  await until('it is served', () => served.length === 1);
  answers.pop()?.(Response.json({}));
  expect((await answerOf(small)).status).toBe(200);
  second.destroy();
});

test('256 calls are under way at a time; one that is answered makes room', async () => {
  const { post, served, answers } = await stand();
  const posted = Array.from({ length: 256 }, () => post(CALL.length).end(CALL));
  await until('all are served', () => served.length === 256);
  const refused = await answerOf(post(CALL.length).end(CALL));
  expect(refused).toMatchObject({
    status: 429,
    error: { message: expect.stringMatching(/^256 calls .*: wait for one of them/) },
  });
  answers.pop()?.(Response.json({}));
  const [first] = (await Promise.race(posted.map((one) => once(one, 'response')))) as [IncomingMessage];
  first.resume();
  await once(first, 'end');
  post(CALL.length).end(CALL);
  await until('the next is served', () => served.length === 257);
  for (const answer of answers.splice(0)) answer(Response.json({}));
});
