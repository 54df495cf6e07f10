/** The fixture behind the product's HTTP door; says where it is, and ends with its standard input. */
import type { ServerNotifier } from '@modelcontextprotocol/server';
import { createHoldings } from '../../src/daemon/holdings.ts';
import { openHttpDoor } from '../../src/daemon/http/door.ts';
import { createEndpoint } from '../../src/daemon/http/endpoint.ts';
import { fixture } from './fixture.ts';

const [, , token = ''] = process.argv;
const log = (line: string) => void process.stderr.write(`${line}\n`);
const after = (ms: number, run: () => void) => {
  const timer = setTimeout(run, ms);
  return { cancel: () => clearTimeout(timer) };
};
let tell: ServerNotifier | null = null;

const endpoint = createEndpoint({
  serverFor(era) {
    if (tell === null) throw new Error('nobody tells of changes');
    return fixture(era, tell);
  },
  watch(_, notifier) {
    tell = notifier;
    return { wake() {}, end() {} };
  },
  after,
  log,
});
const clock = { micros: () => performance.now() * 1_000, after };
const holdings = createHoldings({ mostBytes: 32 * 1_048_576, clock, log });
const door = await openHttpDoor({ port: 0, token, endpoint, holdings, log });
process.stdout.write(`${door.url}\n`);
process.stdin.resume().on('end', () => {
  holdings.end();
  void door.close();
});
